package io.heddle.cli.step;

import io.heddle.cli.artefact.Artefact;
import io.heddle.cli.artefact.RunFolder;
import io.heddle.cli.artefact.RunManifest;
import io.heddle.cli.artefact.RunManifest.Simulated;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.option.PlanSelection.Selected;
import io.heddle.cli.option.ReportOption;
import io.heddle.cli.option.ResultOptions;
import io.heddle.cli.output.InferenceStep;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.cli.output.Progress;
import io.heddle.cli.output.StepCsv;
import io.heddle.cli.output.StepJson;
import io.heddle.cli.output.StepTable;
import io.heddle.cli.result.StepResult;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.ManifestJson;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.ChromeTrace;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** Hands on what a step came to: prints it, then writes the files that are asked for. */
public final class RunResults {
  private final CommandSpec spec;
  private final ResultOptions options;
  private final ReportOption report;
  private final Selected selected;
  private final Mode mode;
  private final Simulated simulated;
  private final StepNotices notices;
  private final Optional<RunFolder> folder;
  private Optional<InferenceStep.Window> window = Optional.empty();

  /**
   * @param spec of the command that was given
   * @throws io.heddle.cli.failure.Failure if a file or the folder cannot be written
   */
  public RunResults(
      CommandSpec spec,
      ResultOptions options,
      ReportOption report,
      Selected selected,
      Mode mode,
      Simulated simulated,
      StepNotices notices) {
    this.spec = spec;
    this.report = report;
    this.options = options;
    this.selected = selected;
    this.mode = mode;
    this.simulated = simulated;
    this.notices = notices;
    this.folder =
        options
            .folder()
            .map(
                root ->
                    RunFolder.of(
                        root,
                        selected.compiled().plan().model().name(),
                        selected.compiled().plan().name(),
                        simulated.mode()));
    options.checkFiles(selected.specification().files());
    // A rank that is not there is said before the step is simulated.
    options.timelineRanks(selected.compiled().numbers().values().mesh().ranks(), spec);
    List<OutputFile> files =
        Stream.of(options.csv(), options.timeline(), report.file())
            .flatMap(Optional::stream)
            .toList();
    OutputFile.checkThatAllDiffer(files);
    folder.ifPresent(RunFolder::check);
    folder.ifPresent(run -> files.forEach(file -> file.checkOutside(run.path())));
  }

  /** Says that what is handed on is a window of several steps. */
  public void in(InferenceStep.Window steps) {
    window = Optional.of(steps);
  }

  /**
   * Hands on all that is asked for. What is printed comes first, so that a file that cannot be
   * written does not lose it.
   *
   * @param flattener asked for only where something is written that needs it
   * @param timeline of all nodes, if one is asked for
   */
  public void give(StepResult step, Supplier<Flattener> flattener, Optional<ChromeTrace> timeline) {
    StepReport shown = options.criticalPath() ? step.report() : step.report().withoutCriticalPath();
    PrintWriter out = spec.commandLine().getOut();
    notices.resultIsPrinted();
    if (options.json()) {
      print(out, step, shown);
    } else {
      out.print(StepTable.of(shown, mode, memory(), inference(shown)));
    }
    out.flush();
    options.csv().ifPresent(file -> file.write(stream -> StepCsv.write(text(stream), shown)));
    if (options.timeline().isPresent() && timeline.isPresent()) {
      options
          .timeline()
          .get()
          .write(stream -> write(timeline.get(), step, flattener.get(), stream));
    }
    report.write(() -> page(step));
    if (folder.isPresent()) {
      write(folder.get(), step, shown, flattener.get(), timeline);
    }
  }

  private void print(PrintWriter out, StepResult step, StepReport shown) {
    try {
      writeJson(out, step, shown);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Rank by rank, as it is made: there may be many. */
  private void writeJson(Writer out, StepResult step, StepReport shown) throws IOException {
    StepJson.write(
        out,
        shown,
        mode,
        simulated.backend(),
        memory(),
        inference(shown),
        step.log(),
        step.warnings());
  }

  private static Writer text(OutputStream stream) {
    return new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
  }

  private Optional<InferenceStep> inference(StepReport shown) {
    return InferenceStep.of(selected.compiled(), shown, window);
  }

  private Optional<MemoryDemand> memory() {
    return PlanMemory.ifCountable(selected.compiled());
  }

  private String page(StepResult step) {
    String who = "%s, %s".formatted(mode, simulated.backend());
    return ReportPage.of(step, who, selected, spec);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void write(
      ChromeTrace timeline, StepResult step, Flattener flattener, OutputStream stream)
      throws IOException {
    Set<Integer> chosen = options.timelineRanks(flattener.mesh().ranks(), spec);
    timeline.write(
        stream, new FlattenerWorkload(flattener), ShownRanks.of(flattener, step.report(), chosen));
  }

  private void write(
      RunFolder run,
      StepResult step,
      StepReport shown,
      Flattener flattener,
      Optional<ChromeTrace> timeline) {
    Set<Artefact> artefacts = options.artefacts();
    List<String> files = new ArrayList<>(List.of(RunFolder.REPORT, RunFolder.RANKS));
    artefacts.forEach(artefact -> files.add(artefact.entry()));
    try (Interruption interruption = Interruption.watch()) {
      run.write(
          part -> {
            if (artefacts.contains(Artefact.TRACES)) {
              emit(flattener, part.resolve(Artefact.TRACES.entry()), interruption);
            }
            if (artefacts.contains(Artefact.REPORT)) {
              Files.write(part.resolve(Artefact.REPORT.entry()), bytes(page(step)));
            }
            if (artefacts.contains(Artefact.TIMELINE) && timeline.isPresent()) {
              try (OutputStream stream =
                  new BufferedOutputStream(
                      interruption.stopping(
                          Files.newOutputStream(part.resolve(Artefact.TIMELINE.entry()))))) {
                write(timeline.get(), step, flattener, stream);
              }
            }
            try (Writer json = Files.newBufferedWriter(part.resolve(RunFolder.REPORT))) {
              writeJson(json, step, shown);
            }
            try (Writer rows = Files.newBufferedWriter(part.resolve(RunFolder.RANKS))) {
              StepCsv.write(rows, step.report());
            }
            Files.write(
                part.resolve(RunFolder.MANIFEST),
                ManifestJson.bytes(
                    RunManifest.of(flattener, selected.provenance(), simulated, files)));
          });
    }
  }

  private void emit(Flattener flattener, Path traces, Interruption interruption)
      throws EmitException {
    EmitRequest request =
        new EmitRequest(
            traces,
            flattener.plan().model(),
            Runtime.getRuntime().availableProcessors(),
            false,
            selected.provenance());
    try (Progress progress = Progress.of("emitting")) {
      TraceFolder.write(flattener, request, interruption.stopping(progress.ofEmit()));
    }
  }
}
