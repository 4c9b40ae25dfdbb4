package io.heddle.cli.lsp;

import io.heddle.cli.language.FileNames;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.lsp4j.DiagnosticRelatedInformation;
import org.eclipse.lsp4j.DiagnosticSeverity;
import org.eclipse.lsp4j.Location;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;

/** Findings as the protocol has them. */
final class Problems {
  /** Findings of a file that are shown at once. */
  private static final int MOST = 200;

  private final LibraryFolder library;

  Problems(LibraryFolder library) {
    this.library = library;
  }

  /** Those of a file; what is found of imported files stands at its first line. */
  List<org.eclipse.lsp4j.Diagnostic> of(Workspace.Known known) {
    List<org.eclipse.lsp4j.Diagnostic> problems = new ArrayList<>();
    FileNames main = known.analysis().names().main();
    for (Diagnostic finding : known.analysis().findings()) {
      if (problems.size() < MOST) {
        boolean isHere = finding.span().source().path().equals(main.source().path());
        problems.add(isHere ? here(finding, known.map()) : elsewhere(finding));
      }
    }
    return problems;
  }

  private org.eclipse.lsp4j.Diagnostic here(Diagnostic finding, TextMap map) {
    return problem(finding, map.range(finding.span()), text(finding), related(finding));
  }

  private org.eclipse.lsp4j.Diagnostic elsewhere(Diagnostic finding) {
    Range first = new Range(new Position(0, 0), new Position(0, 1));
    List<DiagnosticRelatedInformation> related = new ArrayList<>(related(finding));
    location(finding.span())
        .map(place -> new DiagnosticRelatedInformation(place, finding.message()))
        .ifPresent(related::add);
    return problem(finding, first, finding.span() + ": " + text(finding), related);
  }

  private static String text(Diagnostic finding) {
    return finding.message() + (finding.help() == null ? "" : "\nhelp: " + finding.help());
  }

  private List<DiagnosticRelatedInformation> related(Diagnostic finding) {
    List<DiagnosticRelatedInformation> related = new ArrayList<>();
    for (Diagnostic.Note note : finding.notes()) {
      if (note.span() != null) {
        location(note.span())
            .map(place -> new DiagnosticRelatedInformation(place, note.message()))
            .ifPresent(related::add);
      }
    }
    return related;
  }

  /** A place of any file of the compilation. */
  java.util.Optional<Location> location(Span span) {
    Source source = span.source();
    return library
        .uri(source)
        .map(uri -> new Location(uri, new TextMap(source.text()).range(span)));
  }

  private static org.eclipse.lsp4j.Diagnostic problem(
      Diagnostic finding, Range range, String message, List<DiagnosticRelatedInformation> related) {
    org.eclipse.lsp4j.Diagnostic problem =
        new org.eclipse.lsp4j.Diagnostic(
            range, message, severity(finding.severity()), "heddle", finding.code().id());
    if (!related.isEmpty()) {
      problem.setRelatedInformation(related);
    }
    return problem;
  }

  private static DiagnosticSeverity severity(Severity severity) {
    return switch (severity) {
      case ERROR -> DiagnosticSeverity.Error;
      case WARNING -> DiagnosticSeverity.Warning;
      default -> DiagnosticSeverity.Information;
    };
  }
}
