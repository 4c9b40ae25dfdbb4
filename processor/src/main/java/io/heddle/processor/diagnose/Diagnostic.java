package io.heddle.processor.diagnose;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finding.
 *
 * @param message one line: what is wrong
 * @param notes other places that belong to it
 * @param help one line: what would work; null where nothing more can be said
 */
public record Diagnostic(
    Code code, Span span, String message, List<Note> notes, @Nullable String help) {
  /** A second place. */
  public record Note(String message, @Nullable Span span) {}

  public Diagnostic {
    notes = List.copyOf(notes);
  }

  public Severity severity() {
    return code.severity();
  }
}
