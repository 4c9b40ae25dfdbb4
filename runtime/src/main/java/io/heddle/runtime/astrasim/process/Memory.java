package io.heddle.runtime.astrasim.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The memory of the machine, and what AstraSim takes of it. */
final class Memory {
  /** Measured: what a node of a trace takes, with all that it waits for. */
  private static final long BYTES_PER_NODE = 1400;

  /** Where Linux says it. */
  private static final Path FILE = Path.of("/proc/meminfo");

  private static final String LINE = "MemAvailable:";
  private static final int KIBIBYTE = 1024;

  private Memory() {}

  /** Bytes that AstraSim will take for so many nodes, about. */
  static long needed(long nodes) {
    return nodes * BYTES_PER_NODE;
  }

  /** Bytes that a new process can have; empty where the system does not say. */
  static OptionalLong available() {
    try {
      return available(Files.readAllLines(FILE, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The number of KiB in the line. */
  static OptionalLong available(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith(LINE)) {
        String number = line.substring(LINE.length()).strip().split("\\s+", 2)[0];
        return number.matches("\\d{1,15}")
            ? OptionalLong.of(Long.parseLong(number) * KIBIBYTE)
            : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }
}
