package io.heddle.cli.lsp;

import io.heddle.cli.language.Analysis;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.TextDocumentContentChangeEvent;
import org.jspecify.annotations.Nullable;

/** A file as it stands in the editor. Its text changes by one thread, others read it. */
public final class OpenDocument {
  private final String uri;
  private final Path path;
  private volatile State state;
  private @Nullable Analysis analysis;
  private @Nullable Analysis withoutErrors;
  private long analysed;

  /**
   * The text at one version.
   *
   * @param number of the text among all that the document had: clients may number as they like
   * @param version as the client counts
   */
  public record State(String text, TextMap map, long number, int version) {
    State(String text, long number, int version) {
      this(text, new TextMap(text), number, version);
    }
  }

  OpenDocument(String uri, Path path, String text, int version) {
    this.uri = uri;
    this.path = path;
    this.state = new State(text, 1, version);
  }

  String uri() {
    return uri;
  }

  Path path() {
    return path;
  }

  State state() {
    return state;
  }

  /** Applies changes, one after the other. */
  void change(List<TextDocumentContentChangeEvent> changes, int version) {
    State now = state;
    for (TextDocumentContentChangeEvent change : changes) {
      Range range = change.getRange();
      String text = change.getText() == null ? "" : change.getText();
      if (range == null) {
        now = new State(text, now.number() + 1, version);
        continue;
      }
      int from = now.map().offset(range.getStart());
      int to = Math.max(from, now.map().offset(range.getEnd()));
      String changed = now.text().substring(0, from) + text + now.text().substring(to);
      now = new State(changed, now.number() + 1, version);
    }
    state = now;
  }

  /** What the compiler finds of the text; for the thread of analyses. */
  Analysis analysis(java.util.function.Function<Path, Optional<String>> open) {
    State now = state;
    if (analysis == null || analysed != now.number()) {
      analysis = Analysis.of(path, now.text(), open);
      analysed = now.number();
      if (analysis.isWithoutErrors()) {
        withoutErrors = analysis;
      }
    }
    return analysis;
  }

  /** What was found of the last text that had no errors. */
  Optional<Analysis> lastWithoutErrors() {
    return Optional.ofNullable(withoutErrors);
  }

  /** Whether it imports a file that changed; then it is analysed again. */
  boolean forget(Path changed) {
    boolean uses = analysis != null && analysis.names().file(changed.toString()).isPresent();
    if (uses) {
      analysis = null;
    }
    return uses;
  }
}
