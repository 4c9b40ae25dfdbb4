package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.language.Avoidance;
import io.heddle.cli.language.PlanFacts;
import io.heddle.cli.language.Why;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.cli.load.TooLarge;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.PlanSelection;
import io.heddle.cli.option.PlanSelection.Selected;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.DrawnSchedule;
import io.heddle.cli.output.LaneText;
import io.heddle.cli.output.Progress;
import io.heddle.cli.output.ScheduleJson;
import io.heddle.cli.output.ScheduleTable;
import io.heddle.cli.output.SymmetryOutput;
import io.heddle.cli.result.StepCache;
import io.heddle.cli.step.StepNotices;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.Explanation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.timeline.LaneTable;
import io.heddle.runtime.trace.Flattener;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the program that each rank runs. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Show what the compiler derives from a plan: the operations of a rank and its collectives.",
      "",
      "For a plan that does not fit its cluster, it only prints a warning.",
      ""
    })
public final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Mixin private CacheOptions cacheOptions = new CacheOptions();

  @Option(
      names = "--schedule",
      description =
          "Draw the pipeline schedule instead, and list the order of communication on its lane.")
  private boolean schedule;

  @Option(
      names = "--symmetry",
      description = "Simulate the plan, and list the classes of equal ranks instead.")
  private boolean symmetry;

  @Option(
      names = "--plan-text",
      description =
          "Print the plan as a self-contained .tfm file instead, with the changes of --set.")
  private boolean planText;

  @Option(
      names = "--why",
      paramLabel = "NAME|LINE",
      description =
          "Explain a collective or message instead, by its name or by the number of a line of"
              + " the file: its shardings, the lines that cause it, its bytes, its time within a"
              + " pass, and changes that avoid it.")
  private @Nullable String why;

  @Option(names = "--json", description = "With --schedule or --symmetry: print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (json && !schedule && !symmetry) {
      throw Failure.usage("--json needs --schedule or --symmetry");
    }
    if (Stream.of(planText, schedule, symmetry, why != null).filter(asked -> asked).count() > 1) {
      throw Failure.usage("--plan-text, --schedule, --symmetry, --why: give one of them");
    }
    if (symmetry) {
      return explainSymmetry();
    }
    Optional<Selected> selected = selection.selectOnAnyMachine(spec.commandLine().getErr());
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Compiled compiled = selected.get().compiled();
    PrintWriter out = spec.commandLine().getOut();
    if (planText) {
      out.print(selected.get().planText());
      return Exit.OK;
    }
    if (why != null) {
      out.print(why(selected.get(), why));
      return Exit.OK;
    }
    if (!schedule) {
      out.print(text(compiled));
      return Exit.OK;
    }
    DrawnSchedule drawn = drawn(compiled);
    List<LaneTable> lanes = selected.get().fits() ? lanes(selected.get()) : List.of();
    if (json) {
      ScheduleJson.print(out, drawn, lanes);
    } else {
      out.print(ScheduleTable.of(drawn));
      out.print(lanes.isEmpty() ? "" : LaneText.of(lanes, drawn.chunks() > 1));
    }
    return Exit.OK;
  }

  /** It is found by a simulation: only then is it known that nothing hinders one. */
  private int explainSymmetry() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Optional<Selected> selected = selection.select(err);
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    PlannedProgram program = PlannedProgram.of(selected.get().compiled());
    Flattener flattener = StepCache.of(cacheOptions.cache()).load(program);
    StepNotices notices = new StepNotices(out, err, json);
    try (Progress progress = Progress.of("simulating")) {
      StepReport report = StepSimulation.run(flattener, progress.ofStep());
      if (json) {
        SymmetryOutput.print(out, report);
      } else {
        out.print(SymmetryOutput.of(report));
      }
      return Exit.OK;
    } catch (UnfinishedStepException e) {
      notices.unfinished(e.result());
      return Exit.WRONG_INPUT;
    }
  }

  /**
   * @throws Failure if it means nothing; it names what there is
   */
  private String why(Selected selected, String wanted) {
    PlanFacts facts = new PlanFacts(selected.compiled(), selected.fits());
    try {
      Why why =
          new Why(facts, new Avoidance(changes -> variant(selected, changes), StepProgress.SILENT));
      boolean isLine = wanted.matches("\\d{1,9}");
      List<String> answers =
          isLine
              ? why.answers(selection.file().normalize().toString(), Integer.parseInt(wanted))
              : why.answers(wanted);
      if (answers.isEmpty()) {
        List<String> names = Why.names(facts);
        throw Failure.usage(
            "--why %s: no collective and no message %s; there are: %s%s"
                .formatted(
                    wanted,
                    isLine ? "belongs to this line" : "has this name",
                    names.isEmpty() ? "none" : String.join(", ", names),
                    Spelling.hint(wanted, names)));
      }
      return String.join("\n", answers);
    } catch (ArithmeticException e) {
      throw TooLarge.failure(selected.compiled().plan().name());
    }
  }

  private static Optional<PlanFacts> variant(Selected selected, PlanChanges changes) {
    Diagnostics unheard = new Diagnostics();
    return selected
        .specification()
        .compiler()
        .compile(selected.compiled().plan().name(), selected.changes().and(changes), unheard)
        .map(compiled -> new PlanFacts(compiled, compiled.checkPlacement()));
  }

  private List<LaneTable> lanes(Selected selected) {
    PlannedProgram program = PlannedProgram.of(selected.compiled());
    try {
      return LaneTable.ofStages(StepCache.of(cacheOptions.cache()).load(program));
    } catch (ArithmeticException e) {
      throw TooLarge.failure(selected.compiled().plan().name());
    }
  }

  private static DrawnSchedule drawn(Compiled compiled) {
    Plan plan = compiled.plan();
    PlanNumbers numbers = compiled.numbers();
    return DrawnSchedule.of(
        plan.model().name(),
        plan.name(),
        numbers.values().schedule(),
        numbers.stages(plan),
        numbers.microBatches(plan));
  }

  private static String text(Compiled compiled) {
    try {
      return Explanation.of(compiled.program(), compiled.numbers());
    } catch (ArithmeticException e) {
      throw TooLarge.failure(compiled.plan().name());
    }
  }
}
