package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.artefact.RunManifest.Simulated;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.cache.Fingerprint;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.cli.output.Findings;
import io.heddle.cli.output.Progress;
import io.heddle.cli.output.StepCsv;
import io.heddle.cli.output.StepJson;
import io.heddle.cli.output.StepTable;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.astrasim.Warnings;
import io.heddle.runtime.astrasim.process.AstraSim;
import io.heddle.runtime.astrasim.process.Verdict;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.pipeline.PipelineRecorder;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.ChromeTrace;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
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
  @Mixin private PlanSelection selection = new PlanSelection();

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

  private boolean isPrinted;

  @Override
  public Integer call() throws EmitException {
    astraSimOptions.check(backend, spec);
    results.check(modeOption.mode(), backend, spec);
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    modeOption.check(backend, stragglers);
    try {
      return run(stragglers);
    } catch (EmitException e) {
      printUnfinished("error", List.of(String.valueOf(e.getMessage())));
      throw e;
    } catch (InvalidStragglersException e) {
      printUnfinished("error", List.of(String.valueOf(e.getMessage())));
      throw e;
    } catch (Failure failure) {
      if (failure.exit() != Exit.USAGE) {
        printUnfinished("error", List.of(String.valueOf(failure.getMessage())));
      }
      throw failure;
    }
  }

  private int run(Stragglers stragglers) throws EmitException {
    Optional<Selected> selected =
        selection.select(
            spec.commandLine().getErr(),
            findings -> printUnfinished("error", Findings.lines(findings)));
    if (selected.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    reportOption.check(selected.get(), spec);
    PlannedProgram program =
        PlannedProgram.of(selected.get().compiled(), selected.get().settings());
    StepCache cache = StepCache.of(cacheOptions.cache());
    Supplier<Flattener> load = () -> StragglerOptions.slow(cache.load(program), stragglers);
    RunResults to =
        new RunResults(
            spec.commandLine().getOut(), results, reportOption, selected.get(), simulated());
    Optional<CacheKey> key =
        results.needsTimesOfNodes() ? Optional.empty() : key(program, stragglers, cache);
    Optional<StepCache.Output> before = needsPage() ? Optional.empty() : key.flatMap(cache::get);
    if (before.isPresent()) {
      warn(before.get().warnings());
      give(to, before.get(), load, RunResults.Details.NONE);
      return Exit.OK;
    }
    Consumer<StepCache.Output> keep = output -> key.ifPresent(of -> cache.put(of, output));
    Flattener flattener = load.get();
    Optional<Backend> embedded = backend.embedded();
    return embedded.isPresent()
        ? simulate(
            flattener, SimulationOptions.DEFAULT.with(embedded.get()), selected.get(), to, keep)
        : runAstraSim(flattener, selected.get(), to, keep);
  }

  /** Empty if the step must run, whatever is known of it. */
  private Optional<CacheKey> key(PlannedProgram program, Stragglers stragglers, StepCache cache) {
    if (backend != BackendName.ASTRASIM) {
      return cache.key(program, stragglers, modeOption.mode(), backend, Optional.empty());
    }
    return astraSimOptions.keepsFolder()
        ? Optional.empty()
        : cache.key(
            program,
            stragglers,
            modeOption.mode(),
            backend,
            Optional.of(astraSimOptions.binary().file()));
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

  private int simulate(
      Flattener flattener,
      SimulationOptions options,
      Selected selected,
      RunResults to,
      Consumer<StepCache.Output> keep) {
    Optional<ChromeTrace> timeline = results.recorder(flattener.mesh().ranks());
    Optional<PipelineRecorder> recorder =
        needsPage() && modeOption.mode() == Mode.FLATTENED
            ? Optional.of(new PipelineRecorder(flattener))
            : Optional.empty();
    StepReport report;
    try (Progress progress = Progress.of("simulating")) {
      report = step(flattener, options, recorder, timeline, progress.ofStep());
    } catch (UnfinishedStepException e) {
      return unfinished(e.result(), Exit.WRONG_INPUT);
    }
    List<String> warnings =
        modeOption.mode() == Mode.FLATTENED
            ? Warnings.of(report.plan(), report.counts())
            : Warnings.of(flattener, report.counts());
    warn(warnings);
    StepCache.Output output =
        output(
            results.criticalPath() ? report : report.withoutCriticalPath(),
            Optional.empty(),
            warnings);
    Supplier<String> page =
        () ->
            ReportOption.page(
                report,
                "%s, %s".formatted(modeOption.mode(), backend),
                warnings,
                recorder.map(PipelineRecorder::timelines).orElse(List.of()),
                selected,
                spec);
    give(to, output, () -> flattener, new RunResults.Details(timeline, Optional.of(page)));
    keep.accept(output);
    return Exit.OK;
  }

  /** Only where every rank is simulated can it be seen when its passes and nodes begin and end. */
  private StepReport step(
      Flattener flattener,
      SimulationOptions options,
      Optional<PipelineRecorder> recorder,
      Optional<ChromeTrace> timeline,
      StepProgress progress)
      throws UnfinishedStepException {
    if (modeOption.mode() != Mode.FLATTENED) {
      return ModeSimulation.run(flattener, modeOption.mode(), options, progress);
    }
    StepRecording recording =
        timeline.isPresent() ? StepRecording.NONE.with(timeline.get()) : StepRecording.NONE;
    if (recorder.isPresent()) {
      recording = recording.with(recorder.get()).watching(recorder.get()::flattener);
    }
    return StepSimulation.run(
        flattener,
        options,
        recording.withCriticalPath(results.criticalPath() || needsPage()),
        progress);
  }

  private int runAstraSim(
      Flattener flattener, Selected selected, RunResults to, Consumer<StepCache.Output> keep)
      throws EmitException {
    AstraSim astraSim = astraSimOptions.astraSim();
    NetworkConfig network = SimulationInput.of(flattener).network();
    Optional<Verdict> refusal = astraSim.refusal(network);
    if (refusal.isPresent()) {
      return unfinished(refusal.get());
    }
    Verdict verdict;
    EmittedFolder emitted;
    try (AstraSimSession session = AstraSimSession.open(astraSimOptions, astraSim, network)) {
      emitted = session.emit(flattener, selected.specification().hash());
      warn(emitted.warnings());
      verdict = session.runEmitted(flattener);
    }
    SimulationResult result = verdict.result();
    if (result.status() != Status.OK) {
      return unfinished(verdict);
    }
    warn(verdict.explanation());
    StepReport report =
        StepReport.of(flattener, result, emitted.counts(), Optional.empty(), Optional.empty());
    List<String> warnings =
        Stream.concat(emitted.warnings().stream(), verdict.explanation().stream()).toList();
    StepCache.Output output = output(report, Optional.of(result), warnings);
    Supplier<String> page =
        () ->
            ReportOption.page(
                report,
                "%s, %s".formatted(modeOption.mode(), backend),
                warnings,
                List.of(),
                selected,
                spec);
    give(to, output, () -> flattener, new RunResults.Details(Optional.empty(), Optional.of(page)));
    // Whether it ends badly after its results is chance.
    if (verdict.explanation().isEmpty()) {
      keep.accept(output);
    }
    return Exit.OK;
  }

  private void give(
      RunResults to,
      StepCache.Output output,
      Supplier<Flattener> flattener,
      RunResults.Details details) {
    isPrinted = true;
    to.give(output, flattener, details);
  }

  private void warn(List<String> warnings) {
    PrintWriter err = spec.commandLine().getErr();
    warnings.forEach(warning -> err.println("warning: " + warning));
    err.flush();
  }

  /**
   * What a step came to, in all forms.
   *
   * @param log what AstraSim says of the ranks, if it ran
   */
  private StepCache.Output output(
      StepReport report, Optional<SimulationResult> log, List<String> warnings) {
    StringWriter text = new StringWriter();
    StepJson.print(
        new PrintWriter(text), report, modeOption.mode(), backend.toString(), log, warnings);
    return new StepCache.Output(
        warnings, StepTable.of(report, modeOption.mode()), text.toString(), StepCsv.of(report));
  }

  private int unfinished(Verdict verdict) {
    return unfinished(
        verdict.result(), verdict.isOfEnvironment() ? Exit.ENVIRONMENT : Exit.WRONG_INPUT);
  }

  private int unfinished(SimulationResult result, int exit) {
    printUnfinished(result.status().text(), result.diagnosis());
    PrintWriter err = spec.commandLine().getErr();
    err.println("heddle: the simulation did not end");
    result.diagnosis().forEach(err::println);
    return exit;
  }

  /** Only programs are told on standard output, and only if the result is not there already. */
  private void printUnfinished(String status, List<String> diagnosis) {
    if (results.json() && !isPrinted) {
      StepJson.printUnfinished(spec.commandLine().getOut(), status, diagnosis);
    }
  }
}
