package io.heddle.runtime.astrasim.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** How many files a process may hold open at once: a child inherits the limit of its parent. */
final class FileDescriptors {
  /** Where Linux says it of the process that reads it. */
  private static final Path LIMITS = Path.of("/proc/self/limits");

  private static final String LINE = "Max open files";

  private FileDescriptors() {}

  /** The limit; empty where the system does not say, or has none. */
  static OptionalLong limit() {
    try {
      return limit(Files.readAllLines(LIMITS, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The soft limit, which is the first of the line's numbers. */
  static OptionalLong limit(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith(LINE)) {
        String soft = line.substring(LINE.length()).strip().split("\\s+", 2)[0];
        return soft.matches("\\d{1,18}")
            ? OptionalLong.of(Long.parseLong(soft))
            : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }
}
