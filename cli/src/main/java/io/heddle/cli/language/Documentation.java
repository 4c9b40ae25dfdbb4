package io.heddle.cli.language;

import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The lines of documentation before a declaration. */
final class Documentation {
  private static final String MARK = "///";

  private Documentation() {}

  /** The documentation of what is declared in a line; empty where there is none. */
  static Optional<String> of(Span declaration) {
    List<String> lines = declaration.source().text().lines().toList();
    List<String> found = new ArrayList<>();
    for (int i = declaration.line() - 2; i >= 0 && i < lines.size(); i--) {
      String line = lines.get(i).strip();
      if (!line.startsWith(MARK)) {
        break;
      }
      found.add(line.substring(MARK.length()).strip());
    }
    Collections.reverse(found);
    return found.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", found));
  }
}
