package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.artefact.Artefact;
import io.heddle.cli.artefact.RunFolder;
import io.heddle.cli.artefact.RunManifest;
import io.heddle.cli.artefact.RunManifest.Simulated;
import io.heddle.cli.output.Progress;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.Json;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.simulate.ChromeTrace;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Hands on what a step came to: prints it, then writes the files that are asked for. */
final class RunResults {
  private final PrintWriter out;
  private final ResultOptions options;
  private final ReportOption report;
  private final Selected selected;
  private final Simulated simulated;
  private final StepNotices notices;
  private final Optional<RunFolder> folder;

  /**
   * What a simulation tells besides, of which only what is asked for is there.
   *
   * @param page with charts; empty if the result was kept from an earlier run
   */
  record Details(Optional<ChromeTrace> timeline, Optional<Supplier<String>> page) {
    /** Of a result that was kept. */
    static final Details NONE = new Details(Optional.empty(), Optional.empty());
  }

  /**
   * @param out takes what is printed
   * @throws io.heddle.cli.failure.Failure if a file or the folder cannot be written
   */
  RunResults(
      PrintWriter out,
      ResultOptions options,
      ReportOption report,
      Selected selected,
      Simulated simulated,
      StepNotices notices) {
    this.out = out;
    this.report = report;
    this.options = options;
    this.selected = selected;
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
    List<OutputFile> files =
        Stream.of(options.csv(), options.timeline(), report.file())
            .flatMap(Optional::stream)
            .toList();
    OutputFile.checkThatAllDiffer(files);
    folder.ifPresent(RunFolder::check);
    folder.ifPresent(run -> files.forEach(file -> file.checkOutside(run.path())));
  }

  /**
   * Hands on all that is asked for. What is printed comes first, so that a file that cannot be
   * written does not lose it.
   *
   * @param flattener asked for only where something is written that needs it
   */
  void give(StepCache.Output output, Supplier<Flattener> flattener, Details details) {
    notices.resultIsPrinted();
    out.print(options.json() ? output.json() : output.table());
    out.flush();
    options.csv().ifPresent(file -> file.write(stream -> stream.write(bytes(output.csv()))));
    if (options.timeline().isPresent() && details.timeline().isPresent()) {
      ChromeTrace timeline = details.timeline().get();
      options.timeline().get().write(stream -> write(timeline, flattener.get(), stream));
    }
    details.page().ifPresent(report::write);
    if (folder.isPresent()) {
      write(folder.get(), output, flattener.get(), details);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void write(ChromeTrace timeline, Flattener flattener, OutputStream stream)
      throws IOException {
    timeline.write(stream, new FlattenerWorkload(flattener));
  }

  private void write(RunFolder run, StepCache.Output output, Flattener flattener, Details details) {
    Set<Artefact> artefacts = options.artefacts();
    List<String> files = new ArrayList<>(List.of(RunFolder.REPORT, RunFolder.RANKS));
    artefacts.forEach(artefact -> files.add(artefact.entry()));
    try (Interruption interruption = Interruption.watch()) {
      run.write(
          part -> {
            if (artefacts.contains(Artefact.TRACES)) {
              emit(flattener, part.resolve(Artefact.TRACES.entry()), interruption);
            }
            if (artefacts.contains(Artefact.REPORT) && details.page().isPresent()) {
              Files.write(part.resolve(Artefact.REPORT.entry()), bytes(details.page().get().get()));
            }
            if (artefacts.contains(Artefact.TIMELINE) && details.timeline().isPresent()) {
              try (OutputStream stream =
                  new BufferedOutputStream(
                      interruption.stopping(
                          Files.newOutputStream(part.resolve(Artefact.TIMELINE.entry()))))) {
                write(details.timeline().get(), flattener, stream);
              }
            }
            Files.write(part.resolve(RunFolder.REPORT), bytes(output.json()));
            Files.write(part.resolve(RunFolder.RANKS), bytes(output.csv()));
            Files.write(
                part.resolve(RunFolder.MANIFEST),
                Json.bytes(RunManifest.of(flattener, selected.provenance(), simulated, files)));
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
