package io.heddle.cli.output;

import io.heddle.cli.pool.PoolsReport;
import io.heddle.plan.PlanValues;
import io.heddle.plan.serving.Role;
import io.heddle.runtime.pool.PoolsFlattener;
import io.heddle.runtime.pool.TracedPool;
import io.heddle.runtime.report.StageTimes;
import java.io.PrintWriter;
import java.util.List;

/** What traces of two pools come to, for people and for programs. */
public final class PoolsOutput {
  private static final int SCHEMA = 1;

  private static final List<String> LANES =
      List.of("pool", "stage", "ranks", "compute", "exposed comm.", "idle");

  private final PoolsReport run;
  private final PoolsFlattener pools;

  public PoolsOutput(PoolsReport run) {
    this.run = run;
    this.pools = run.pools();
  }

  /** What is to be said of the times. */
  public List<String> warnings() {
    return pools.pools().stream()
        .map(pool -> pool.flattener().plan())
        .skip(1)
        .filter(decode -> !KernelStarts.areKnown(decode.cluster().device()))
        .map(decode -> "plan %s: %s".formatted(decode.plan(), KernelStarts.UNKNOWN))
        .toList();
  }

  /** The text, ending with a line break. */
  public String text() {
    PlanValues plan = pools.plan();
    StringBuilder text = new StringBuilder();
    text.append(
        "%s of %s: %s ranks\n"
            .formatted(plan.plan(), plan.model(), Quantities.count(pools.mesh().ranks())));
    pools.pools().forEach(pool -> text.append(line(pool)));
    text.append("\nprompts computed   %s\n".formatted(Quantities.time((double) run.promptNanos())));
    text.append(
        "caches moved       %s of %s, in %s\n"
            .formatted(
                Quantities.bytes(pools.movedBytes()),
                Quantities.count(pools.movedSequences(), "sequence"),
                Quantities.count(pools.movingMessages(), "message")));
    text.append("first step ends    %s\n".formatted(Quantities.time((double) run.firstNanos())));
    run.periodNanos()
        .ifPresent(
            nanos ->
                text.append(
                    "TPOT               %s, mean of %s steps behind the first\n"
                        .formatted(Quantities.time(nanos), Quantities.count(run.steps() - 1L))));
    return text + "\n" + stages();
  }

  private static String line(TracedPool pool) {
    PlanValues plan = pool.flattener().plan();
    return "%-8s %s of %s, each on %s of %s; %s\n"
        .formatted(
            pool.role().word(),
            Quantities.count(pool.instances()),
            plan.plan(),
            Quantities.count(pool.ranks(), "rank"),
            plan.cluster().device().name(),
            Quantities.count(pool.allSequences(), "sequence"));
  }

  private String stages() {
    double whole = (double) run.report().iterationNanos();
    Table table = Table.firstToTheLeft().row(LANES);
    for (StageTimes stage : run.report().stages()) {
      table.row(
          List.of(
              role(stage.stage()).word(),
              String.valueOf(ownStage(stage.stage())),
              Quantities.count(stage.ranks()),
              Quantities.time(stage.compute(), whole),
              Quantities.time(stage.exposedCommunication().orElseThrow(), whole),
              Quantities.time(stage.idle().orElseThrow(), whole)));
    }
    return table.text();
  }

  private int stagesOfPrefill() {
    return pools.pools().get(0).flattener().stages();
  }

  private Role role(int stage) {
    return pools.pools().get(stage < stagesOfPrefill() ? 0 : 1).role();
  }

  private int ownStage(int stage) {
    return stage < stagesOfPrefill() ? stage : stage - stagesOfPrefill();
  }

  /** Prints one object. */
  public void print(PrintWriter out, List<String> warnings) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeNumberField("schema", SCHEMA);
          json.writeStringField("status", "ok");
          StepJson.texts(json, "warnings", warnings);
          json.writeStringField("serve", pools.plan().plan());
          json.writeStringField("model", pools.plan().model());
          json.writeArrayFieldStart("pools");
          for (TracedPool pool : pools.pools()) {
            json.writeStartObject();
            json.writeStringField("role", pool.role().word());
            json.writeStringField("plan", pool.flattener().plan().plan());
            json.writeStringField("device", pool.flattener().plan().cluster().device().name());
            json.writeNumberField("instances", pool.instances());
            json.writeNumberField("ranks", pool.ranks());
            json.writeNumberField("sequences", pool.allSequences());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeObjectFieldStart("moved");
          json.writeNumberField("sequences", pools.movedSequences());
          json.writeNumberField("messages", pools.movingMessages());
          json.writeNumberField("bytes", pools.movedBytes());
          json.writeEndObject();
          json.writeNumberField("steps", run.steps());
          Json.unsigned(json, "iteration_time_ns", run.report().iterationNanos());
          json.writeNumberField("prompts_computed_ns", run.promptNanos());
          json.writeNumberField("first_step_ends_ns", run.firstNanos());
          Json.plain(json, "tpot_ns", run.periodNanos());
          json.writeArrayFieldStart("stages");
          for (StageTimes stage : run.report().stages()) {
            json.writeStartObject();
            json.writeStringField("pool", role(stage.stage()).word());
            json.writeNumberField("stage", ownStage(stage.stage()));
            json.writeNumberField("ranks", stage.ranks());
            Json.plain(json, "compute", stage.compute());
            Json.plain(json, "exposed_communication", stage.exposedCommunication());
            Json.plain(json, "idle", stage.idle());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
