package io.heddle.cli.command;

import io.heddle.cli.artefact.RunManifest.Simulated;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.cache.Fingerprint;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.cli.option.AstraSimOptions;
import io.heddle.cli.option.BackendName;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.ModeOption;
import io.heddle.cli.option.PlanSelection;
import io.heddle.cli.option.PlanSelection.Selected;
import io.heddle.cli.option.ReportOption;
import io.heddle.cli.option.ResultOptions;
import io.heddle.cli.option.ServeOption;
import io.heddle.cli.option.StragglerOptions;
import io.heddle.cli.option.SymmetryOption;
import io.heddle.cli.option.Version;
import io.heddle.cli.option.WindowOption;
import io.heddle.cli.output.Findings;
import io.heddle.cli.output.InferenceStep;
import io.heddle.cli.result.Detail;
import io.heddle.cli.result.StepCache;
import io.heddle.cli.result.StepResult;
import io.heddle.cli.step.AstraSimStep;
import io.heddle.cli.step.EmbeddedStep;
import io.heddle.cli.step.PoolsRun;
import io.heddle.cli.step.RunResults;
import io.heddle.cli.step.SimulatedStep;
import io.heddle.cli.step.StepNotices;
import io.heddle.cli.step.UnfinishedRunException;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
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
      "Simulate one step of a plan.",
      "",
      "Prints the iteration time, throughput, utilisation of the devices, pipeline bubble and"
          + " peak memory, and the compute and exposed communication of each pipeline stage."
          + " Writes no traces to disk, except to a temporary folder with --backend astrasim.",
      ""
    })
public final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection planSelection = new PlanSelection();

  @Mixin private ServeOption serveOption = new ServeOption();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      converter = BackendName.Converter.class,
      completionCandidates = BackendName.Candidates.class,
      description = {
        "Simulator: ${COMPLETION-CANDIDATES} (default: congestion-unaware). The first two are"
            + " Heddle's, without and with contention for links; the last runs AstraSim."
      })
  private BackendName backend = BackendName.CONGESTION_UNAWARE;

  @Mixin private ModeOption modeOption = new ModeOption();

  @Mixin private WindowOption windowOption = new WindowOption();

  @Mixin private SymmetryOption symmetryOption = new SymmetryOption();

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
    checkWindow();
    CommandLine line = spec.commandLine();
    StepNotices notices = new StepNotices(line.getOut(), line.getErr(), results.json());
    try {
      if (serveOption.isGiven()) {
        return runPools(notices);
      }
      return run(stragglers, notices);
    } catch (EmitException | InvalidStragglersException | Failure e) {
      notices.failed(e);
      throw e;
    } catch (UnfinishedRunException e) {
      notices.unfinished(e.result());
      return e.exit();
    }
  }

  private int runPools(StepNotices notices) throws UnfinishedRunException {
    PoolsRun.check(spec);
    Backend embedded =
        backend
            .embedded()
            .orElseThrow(
                () -> Failure.usage("--serve: only by Heddle itself, for AstraSim `emit`"));
    int steps = windowOption.isGiven() ? windowOption.steps() : 1;
    return new PoolsRun(spec, notices, results.json())
        .run(serveOption, planSelection, steps, options(embedded));
  }

  private void checkWindow() {
    windowOption.check(spec);
    boolean isSimulated = modeOption.mode() == Mode.FLATTENED && backend.embedded().isPresent();
    if (windowOption.isGiven() && !isSimulated) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--steps: only in mode flattened, by Heddle itself; `heddle emit --steps` writes the"
              + " traces of a window for AstraSim");
    }
  }

  /** How long the first step of a window lasts by itself. */
  private InferenceStep.Window window(Selected selected, Stragglers stragglers, StepCache cache)
      throws UnfinishedRunException {
    PlannedProgram first =
        windowOption.ofFirst(PlannedProgram.of(selected.compiled()), selected.compiled(), spec);
    Flattener flattener = StragglerOptions.slow(cache.load(first), stragglers);
    return new InferenceStep.Window(
        windowOption.steps(),
        EmbeddedStep.nanos(flattener, options(backend.embedded().orElseThrow())));
  }

  private SimulationOptions options(Backend embedded) {
    return SimulationOptions.DEFAULT.with(embedded).withSymmetry(symmetryOption.isOn());
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
    PlannedProgram program =
        windowOption.of(PlannedProgram.of(selected.compiled()), selected.compiled(), spec);
    StepCache cache = StepCache.of(cacheOptions.cache());
    Supplier<Flattener> load =
        () -> StragglerOptions.slow(load(program, selected, cache), stragglers);
    RunResults to =
        new RunResults(
            spec, results, reportOption, selected, modeOption.mode(), simulated(), notices);
    if (windowOption.isGiven()) {
      to.in(window(selected, stragglers, cache));
    }
    Optional<CacheKey> key = key(program, stragglers, cache);
    Optional<StepResult> before = key.flatMap(of -> cache.step(of, program.plan()));
    Optional<StepResult> kept =
        results.needsTimeline()
            ? Optional.empty()
            : before.filter(step -> step.detail().has(asked()));
    if (kept.isPresent()) {
      notices.warn(kept.get().warnings());
      to.give(kept.get(), load, Optional.empty());
      return Exit.OK;
    }
    Flattener flattener = load.get();
    SimulatedStep step = simulate(flattener, selected, notices);
    StepResult result = step.result();
    to.give(result, () -> flattener, step.timeline());
    boolean isMore = before.filter(known -> known.detail().has(result.detail())).isEmpty();
    if (step.isRepeatable() && isMore) {
      key.ifPresent(of -> cache.keep(of, result));
    }
    return Exit.OK;
  }

  /** A step runs from data: to compile its class takes longer than most steps do. */
  private Flattener load(PlannedProgram program, Selected selected, StepCache cache) {
    return windowOption.isGiven()
        ? cache.load(program)
        : new Interpreter().load(selected.compiled());
  }

  /** What must be recorded of the step for what is asked. */
  private Detail asked() {
    if (reportOption.isGiven() || results.needsPage()) {
      return Detail.PASSES;
    }
    return results.criticalPath() ? Detail.CRITICAL_PATH : Detail.TIMES;
  }

  /** Empty if the step must run, whatever is known of it, and nothing is kept of it. */
  private Optional<CacheKey> key(PlannedProgram program, Stragglers stragglers, StepCache cache) {
    if (astraSimOptions.keepsFolder()) {
      return Optional.empty();
    }
    Optional<Path> astraSim =
        backend == BackendName.ASTRASIM
            ? Optional.of(astraSimOptions.binary().file())
            : Optional.empty();
    return cache.key(
        program,
        stragglers,
        modeOption.mode(),
        backend.toString(),
        symmetryOption.isOn(),
        astraSim);
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
    return new EmbeddedStep(
            options(embedded.get()), modeOption.mode(), asked(), results.needsTimeline(), notices)
        .simulate(flattener);
  }
}
