package io.heddle.cli.command;

import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.option.BackendName;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.PlanSelection;
import io.heddle.cli.option.PlanSelection.Selected;
import io.heddle.cli.option.StragglerOptions;
import io.heddle.cli.option.SymmetryOption;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.ComparisonJson;
import io.heddle.cli.output.ComparisonTable;
import io.heddle.cli.output.Findings;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.cli.output.Progress;
import io.heddle.cli.result.ComparisonResult;
import io.heddle.cli.result.StepCache;
import io.heddle.cli.step.StepNotices;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.compare.Comparison;
import io.heddle.runtime.compare.ModeComparison;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.UnsupportedModeException;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Takes a step in all modes and says what makes them differ. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Compare all modes on one step of a plan.",
      "",
      "Prints the results of all modes side by side, and what makes each differ from the next"
          + " coarser one: it simulates the step again with one effect removed at a time. Takes"
          + " about five times as long as `heddle run`.",
      ""
    })
public final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      converter = BackendName.Converter.class,
      description = {
        "Simulator: congestion-unaware (the default), or congestion-aware, with contention for"
            + " links."
      })
  private BackendName backend = BackendName.CONGESTION_UNAWARE;

  @Mixin private SymmetryOption symmetryOption = new SymmetryOption();

  @Mixin private StragglerOptions stragglerOptions = new StragglerOptions();

  @Mixin private CacheOptions cacheOptions = new CacheOptions();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Backend embedded =
        backend
            .embedded()
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "--backend astrasim: compare runs steps that AstraSim cannot; take %s or %s"
                            .formatted(
                                BackendName.CONGESTION_UNAWARE, BackendName.CONGESTION_AWARE)));
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    CommandLine line = spec.commandLine();
    StepNotices notices = new StepNotices(line.getOut(), line.getErr(), json);
    try {
      SimulationOptions options =
          SimulationOptions.DEFAULT.with(embedded).withSymmetry(symmetryOption.isOn());
      return compare(stragglers, options, notices);
    } catch (InvalidStragglersException | Failure e) {
      notices.failed(e);
      throw e;
    }
  }

  private int compare(Stragglers stragglers, SimulationOptions options, StepNotices notices) {
    Optional<Selected> selected =
        selection.select(
            spec.commandLine().getErr(), findings -> notices.failed(Findings.lines(findings)));
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    PlannedProgram program = PlannedProgram.of(selected.get().compiled());
    StepCache cache = StepCache.of(cacheOptions.cache());
    CacheKey key =
        cache.keyOfComparison(program, stragglers, backend.toString(), symmetryOption.isOn());
    Optional<ComparisonResult> before = cache.comparison(key, program.plan());
    if (before.isPresent()) {
      print(before.get(), selected.get(), notices);
      return Exit.OK;
    }
    Flattener flattener = cache.load(program);
    StragglerOptions.slow(flattener, stragglers);
    Comparison comparison;
    try (Progress progress = Progress.of("comparing")) {
      comparison = ModeComparison.run(flattener, stragglers, options, progress.ofStep());
    } catch (UnsupportedModeException e) {
      throw Failure.wrongInput(String.valueOf(e.getMessage()));
    } catch (UnfinishedStepException e) {
      notices.unfinished(e.result());
      return Exit.WRONG_INPUT;
    }
    StepReport step = Objects.requireNonNull(comparison.modes().get(Mode.FLATTENED)).report();
    ComparisonResult result =
        new ComparisonResult(comparison, Warnings.of(flattener, step.counts()));
    print(result, selected.get(), notices);
    cache.keep(key, result);
    return Exit.OK;
  }

  private void print(ComparisonResult result, Selected selected, StepNotices notices) {
    Optional<MemoryDemand> memory = PlanMemory.ifCountable(selected.compiled());
    notices.warn(result.warnings());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ComparisonJson.print(out, result.comparison(), backend.toString(), memory, result.warnings());
    } else {
      out.print(ComparisonTable.of(result.comparison(), memory));
    }
  }
}
