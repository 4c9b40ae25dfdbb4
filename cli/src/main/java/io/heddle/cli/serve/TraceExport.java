package io.heddle.cli.serve;

import io.heddle.cli.html.ReportContent;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.report.StepProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes the traces of a plan into a new folder beside its file. */
final class TraceExport {
  /** Nodes that are written: about half a gigabyte. */
  private static final long MOST_NODES = 4_000_000;

  private final ServedFolder folder;

  TraceExport(ServedFolder folder) {
    this.folder = folder;
  }

  PlanQuestions.Answer write(PlanStep step, StepProgress progress) {
    Optional<ReportContent> quick = step.byFormulas(progress);
    if (quick.isEmpty()) {
      return PlanQuestions.Answer.text("The plan does not run.");
    }
    long nodes = quick.get().report().counts().nodes();
    if (!folder.holds(step.file())) {
      return PlanQuestions.Answer.text("Save the file first: traces are written beside it.");
    }
    if (nodes > MOST_NODES) {
      return PlanQuestions.Answer.text(
          String.format(
              Locale.ROOT, "%,d nodes are too many for the page: use `heddle emit`.", nodes));
    }
    Path target = free(step);
    EmitRequest request =
        new EmitRequest(
            target,
            step.facts().plan().model().name(),
            Runtime.getRuntime().availableProcessors(),
            false,
            step.provenance());
    try {
      EmittedFolder emitted =
          TraceFolder.write(
              step.flattener(),
              request,
              (written, ranks, soFar, bytes) -> progress.begun(written, ranks));
      return new PlanQuestions.Answer("", folder.name(target), List.copyOf(emitted.warnings()));
    } catch (EmitException e) {
      return PlanQuestions.Answer.text(String.valueOf(e.getMessage()));
    }
  }

  private static Path free(PlanStep step) {
    String base =
        String.valueOf(step.file().getFileName()).replaceFirst("\\.tfm$", "")
            + "-"
            + step.facts().plan().name()
            + "-traces";
    Path free = step.file().resolveSibling(base);
    for (int i = 2; Files.exists(free); i++) {
      free = step.file().resolveSibling(base + "-" + i);
    }
    return free;
  }
}
