package io.heddle.cli.output;

import io.heddle.plan.Cluster;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.processor.program.StageMemory;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StageTimes;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a step came to, for people. */
public final class StepTable {
  private static final double TERA = 1e12;
  private static final double NANOS_PER_SECOND = 1e9;

  private static final List<String> LANES =
      List.of("stage", "ranks", "compute", "exposed comm.", "idle", "bubble");

  private static final List<String> COMPUTE_ALONE =
      List.of("stage", "ranks", "compute", "exposed comm. or idle");

  private StepTable() {}

  /**
   * The text, ending with a line break.
   *
   * @param memory empty where it is too large to be counted
   * @param inference empty where the plan is none of inference
   */
  public static String of(
      StepReport report,
      Mode mode,
      Optional<MemoryDemand> memory,
      Optional<InferenceStep> inference) {
    return head(report, mode)
        + "\n"
        + inference.map(StepTable::figures).orElseGet(() -> figures(report))
        + basis(report.plan(), memory)
        + inference
            .filter(InferenceStep::isGuess)
            .map(step -> line("warning", KernelStarts.UNKNOWN))
            .orElse("")
        + "\n"
        + stages(report)
        + "\n"
        + counts(report)
        + report.criticalPath().map(path -> "\n" + PathText.of(path, report)).orElse("");
  }

  static String head(StepReport report, Mode mode) {
    PlanValues plan = report.plan();
    Cluster cluster = plan.cluster();
    String mesh = plan.axes().stream().map(StepTable::axis).collect(Collectors.joining(", "));
    return "%s, plan %s: %s parameters on %s ranks of %s (%s)\n"
            .formatted(
                plan.model(),
                plan.plan(),
                Quantities.approximately((double) report.parameters()),
                Quantities.count(report.ranks().size()),
                cluster.name(),
                cluster.device().name())
        + "%s; %s\n".formatted(mesh, work(plan))
        + (mode == Mode.FLATTENED ? "" : "mode: " + mode + "\n")
        + (report.stragglers().isNone() ? "" : "slow: " + report.stragglers() + "\n");
  }

  /** How much a step is of, and in which way. */
  public static String work(PlanValues plan) {
    return plan.schedule().samples()
        ? "a step of inference"
        : "batch %s, micro-batch %s, %s, recompute %s"
            .formatted(
                Quantities.count(plan.batch()),
                Quantities.count(plan.microBatch()),
                plan.schedule(),
                plan.recompute());
  }

  private static String axis(Axis axis) {
    return axis.name() + " " + axis.size();
  }

  private static String figures(StepReport report) {
    double peak = report.plan().cluster().device().peakFlops() / TERA;
    return line("iteration time", Quantities.time(report.iterationSeconds() * NANOS_PER_SECOND))
        + line(
            "throughput",
            "%,.0f tokens/s (%s tokens a step), %s tokens/s/GPU"
                .formatted(
                    report.tokensPerSecond(),
                    Quantities.count(report.tokens()),
                    Quantities.rate(report.tokensPerSecondPerDevice())))
        + line(
            "MFU",
            "%s of %,.0f TFLOPS a device: %s TFLOP/s/GPU"
                .formatted(
                    Quantities.percent(report.mfu()),
                    peak,
                    Quantities.rate(report.modelFlopsPerDevice() / TERA)))
        + line("HFU", Quantities.percent(report.hfu()))
        + (report.bubble().isPresent()
            ? line("pipeline bubble", Quantities.percent(report.bubble().getAsDouble()))
            : "");
  }

  private static String figures(InferenceStep step) {
    StringBuilder text = new StringBuilder();
    step.lines().forEach(line -> text.append(line(line.get(0), line.get(1))));
    return text.toString();
  }

  /** What a plan is predicted to hold, and what the prediction rests on. */
  static String basis(PlanValues plan, Optional<MemoryDemand> memory) {
    return line("memory", memory.map(StepTable::memory).orElse("too large to be counted"))
        + line(
            "engine",
            plan.engine().isIdeal()
                ? plan.engine().name() + ": adds nothing to the work of the plan"
                : plan.engine().name())
        + line("accuracy", new PredictionBasis(plan.cluster()).text());
  }

  private static String memory(MemoryDemand demand) {
    StageMemory most = demand.most();
    return "%s of %s on stage %d: %s"
        .formatted(
            Quantities.bytes(most.peak()),
            Quantities.bytes(demand.capacity()),
            most.stage(),
            demand.fits() ? "fits" : "does not fit");
  }

  private static String line(String name, String value) {
    return "%-16s %s\n".formatted(name, value);
  }

  private static String stages(StepReport report) {
    double iteration = report.iterationSeconds() * NANOS_PER_SECOND;
    Table table = new Table().row(report.tellsLanes() ? LANES : COMPUTE_ALONE);
    for (StageTimes stage : report.stages()) {
      List<String> row = new ArrayList<>();
      row.add(String.valueOf(stage.stage()));
      row.add(Quantities.count(stage.ranks()));
      row.add(Quantities.time(stage.compute(), iteration));
      if (report.tellsLanes()) {
        row.add(Quantities.time(stage.exposedCommunication().orElseThrow(), iteration));
        row.add(Quantities.time(stage.idle().orElseThrow(), iteration));
        row.add(Quantities.percent(stage.bubble().orElseThrow()));
      } else {
        row.add(Quantities.time(iteration - stage.compute(), iteration));
      }
      table.row(row);
    }
    String byAxes =
        report.exposedByAxes().entrySet().stream()
            .map(entry -> entry.getKey() + " " + Quantities.time(entry.getValue(), iteration))
            .collect(Collectors.joining(", "));
    return table.text() + (byAxes.isEmpty() ? "" : "exposed communication, mean: " + byAxes + "\n");
  }

  private static String counts(StepReport report) {
    StepCounts counts = report.counts();
    return "%s nodes: %s compute, %s collective, %s send, %s receive\n"
            .formatted(
                Quantities.count(counts.nodes()),
                Quantities.count(counts.computeNodes()),
                Quantities.count(counts.collectiveNodes()),
                Quantities.count(counts.sendNodes()),
                Quantities.count(counts.receiveNodes()))
        + "%s into collectives, %s sent from stage to stage, %s%s through device memory\n"
            .formatted(
                Quantities.bytes(report.collectiveBytes()),
                Quantities.bytes(counts.sentBytes().subtract(counts.sentInGroupsBytes())),
                inGroups(counts),
                Quantities.bytes(counts.memoryBytes()));
  }

  private static String inGroups(StepCounts counts) {
    return counts.sentInGroupsBytes().signum() == 0
        ? ""
        : Quantities.bytes(counts.sentInGroupsBytes()) + " from rank to rank of a group, ";
  }
}
