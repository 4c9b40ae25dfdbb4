package io.heddle.cli.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How much processor time a keystroke costs, from the text to its findings. */
class KeystrokeTest {
  private static final int ROUNDS = 12;
  private static final long MOST_NANOS = 50_000_000;

  @Tag("slow")
  @Test
  void libraryFilesAreCheckedInTime() throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    List<Path> files;
    try (Stream<Path> all = Files.walk(Path.of("../processor/src/main/resources"))) {
      files = all.filter(file -> file.toString().endsWith(".tfm")).sorted().toList();
    }
    List<Long> nanos = new ArrayList<>();
    for (int round = 0; round < 2 * ROUNDS; round++) {
      for (Path file : files) {
        String text = Files.readString(file) + "// " + round + "\n";
        long begin = threads.getCurrentThreadCpuTime();
        Analysis.of(Path.of("typed.tfm"), text, unused -> Optional.empty());
        if (round >= ROUNDS) {
          nanos.add(threads.getCurrentThreadCpuTime() - begin);
        }
      }
    }
    nanos.sort(null);
    long p95 = nanos.get(nanos.size() * 95 / 100);
    System.out.printf(
        "keystroke: median %.1f ms, p95 %.1f ms, most %.1f ms of %d%n",
        nanos.get(nanos.size() / 2) / 1e6,
        p95 / 1e6,
        nanos.get(nanos.size() - 1) / 1e6,
        nanos.size());
    assertThat(p95).isLessThan(MOST_NANOS);
  }
}
