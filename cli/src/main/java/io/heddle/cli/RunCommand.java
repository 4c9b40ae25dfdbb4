package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.artefact.RunManifest.Simulated;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.cache.Fingerprint;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.cli.output.Findings;
import io.heddle.cli.output.StepCsv;
import io.heddle.cli.output.StepJson;
import io.heddle.cli.output.StepTable;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compiles a plan, flattens it into the simulator and says what the step comes to. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Simulate one training step of a plan.",
      "",
      "Prints the iteration time, compute and exposed communication of each pipeline stage, the"
          + " pipeline bubble, tokens a second and the utilisation of the devices. No trace is"
          + " written to disk, but for AstraSim, which reads them from a temporary folder.",
      ""
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection planSelection = new PlanSelection();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      converter = BackendName.Converter.class,
      completionCandidates = BackendName.Candidates.class,
      description = {
        "Who simulates: ${COMPLETION-CANDIDATES} (congestion-unaware). The first two are Heddle and"
            + " say how messages share links; the last is AstraSim's own program."
      })
  private BackendName backend = BackendName.CONGESTION_UNAWARE;

  @Mixin private ModeOption modeOption = new ModeOption();

  @Mixin private AstraSimOptions astraSimOptions = new AstraSimOptions();

  @Mixin private StragglerOptions stragglerOptions = new StragglerOptions();

  @Mixin private CacheOptions cacheOptions = new CacheOptions();

  @Mixin private ReportOption reportOption = new ReportOption();

  @Mixin private ResultOptions results = new ResultOptions();

  @Override
  public Integer call() throws EmitException {
    astraSimOptions.check(backend, spec);
    results.check(modeOption.mode(), backend, spec);
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    modeOption.check(backend, stragglers);
    CommandLine line = spec.commandLine();
    StepNotices notices = new StepNotices(line.getOut(), line.getErr(), results.json());
    try {
      return run(stragglers, notices);
    } catch (EmitException | InvalidStragglersException | Failure e) {
      notices.failed(e);
      throw e;
    } catch (UnfinishedRunException e) {
      notices.unfinished(e.result());
      return e.exit();
    }
  }

  private int run(Stragglers stragglers, StepNotices notices)
      throws EmitException, UnfinishedRunException {
    Optional<Selected> selection =
        planSelection.select(
            spec.commandLine().getErr(), findings -> notices.failed(Findings.lines(findings)));
    if (selection.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Selected selected = selection.get();
    reportOption.check(selected, spec);
    PlannedProgram program = PlannedProgram.of(selected.compiled(), selected.settings());
    StepCache cache = StepCache.of(cacheOptions.cache());
    Supplier<Flattener> load = () -> StragglerOptions.slow(cache.load(program), stragglers);
    RunResults to =
        new RunResults(
            spec.commandLine().getOut(), results, reportOption, selected, simulated(), notices);
    Optional<CacheKey> key = key(program, stragglers, cache);
    Optional<StepCache.Output> before = needsPage() ? Optional.empty() : key.flatMap(cache::get);
    if (before.isPresent()) {
      notices.warn(before.get().warnings());
      to.give(before.get(), load, RunResults.Details.NONE);
      return Exit.OK;
    }
    Flattener flattener = load.get();
    SimulatedStep step = simulate(flattener, selected, notices);
    StepCache.Output output = output(step);
    Supplier<String> page = () -> page(step, selected);
    to.give(output, () -> flattener, new RunResults.Details(step.timeline(), Optional.of(page)));
    if (step.isRepeatable()) {
      key.ifPresent(of -> cache.put(of, output));
    }
    return Exit.OK;
  }

  /** Empty if the step must run, whatever is known of it. */
  private Optional<CacheKey> key(PlannedProgram program, Stragglers stragglers, StepCache cache) {
    if (results.needsTimesOfNodes() || astraSimOptions.keepsFolder()) {
      return Optional.empty();
    }
    Optional<Path> astraSim =
        backend == BackendName.ASTRASIM
            ? Optional.of(astraSimOptions.binary().file())
            : Optional.empty();
    return cache.key(program, stragglers, modeOption.mode(), backend, astraSim);
  }

  private boolean needsPage() {
    return reportOption.isGiven() || results.needsPage();
  }

  /** Who simulates, for the manifest. */
  private Simulated simulated() {
    String astraSim = null;
    if (backend == BackendName.ASTRASIM) {
      try {
        astraSim = Fingerprint.of(astraSimOptions.binary().file());
      } catch (IOException e) {
        // It cannot be run either, which is then explained.
      }
    }
    return new Simulated(modeOption.mode().toString(), backend.toString(), astraSim);
  }

  private SimulatedStep simulate(Flattener flattener, Selected selected, StepNotices notices)
      throws EmitException, UnfinishedRunException {
    Optional<Backend> embedded = backend.embedded();
    if (embedded.isEmpty()) {
      return new AstraSimStep(astraSimOptions, selected.specification().hash(), notices)
          .simulate(flattener);
    }
    SimulationOptions options = SimulationOptions.DEFAULT.with(embedded.get());
    return new EmbeddedStep(options, modeOption.mode(), results, needsPage(), notices)
        .simulate(flattener);
  }

  /** What a step came to, in all forms. */
  private StepCache.Output output(SimulatedStep step) {
    StepReport report =
        results.criticalPath() ? step.report() : step.report().withoutCriticalPath();
    Mode mode = modeOption.mode();
    StringWriter text = new StringWriter();
    StepJson.print(
        new PrintWriter(text), report, mode, backend.toString(), step.log(), step.warnings());
    return new StepCache.Output(
        step.warnings(), StepTable.of(report, mode), text.toString(), StepCsv.of(report));
  }

  private String page(SimulatedStep step, Selected selected) {
    String simulated = "%s, %s".formatted(modeOption.mode(), backend);
    return ReportOption.page(
        step.report(), simulated, step.warnings(), step.timelines(), selected, spec);
  }
}
