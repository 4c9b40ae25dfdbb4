package io.heddle.cli.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Snippets that no test compiles or runs here, each with the reason: {@code not-tried.txt}. */
final class NotTried {
  private static final Map<String, String> REASONS = read();

  private NotTried() {}

  /** Why it is not tried; empty if it is. */
  static Optional<String> why(Snippet snippet) {
    return Optional.ofNullable(REASONS.get(snippet.name()));
  }

  /** Reasons by {@link Snippet#name}. */
  static Map<String, String> all() {
    return REASONS;
  }

  /** Pairs of lines: the snippet, and, further in, the reason. */
  private static Map<String, String> read() {
    Map<String, String> reasons = new LinkedHashMap<>();
    try (InputStream in = NotTried.class.getResourceAsStream("not-tried.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      String name = "";
      for (String line : text.lines().filter(it -> !it.isBlank()).toList()) {
        if (line.startsWith("  ")) {
          reasons.put(name, line.strip());
        } else {
          name = line.strip();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return reasons;
  }
}
