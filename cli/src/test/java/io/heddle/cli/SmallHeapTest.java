package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thirteen million nodes of GPT-3 on 512 ranks go through a small heap. */
class SmallHeapTest {
  private static final long MINUTES = 5;

  @Test
  void gpt3On512RanksIsEmittedIn256Megabytes(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path out = folder.resolve("traces");
    Path log = folder.resolve("log");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Heddle.class.getName(),
            "emit",
            Path.of("..", "examples", "models", "gpt3_175b.tfm").toString(),
            "--plan",
            "Pod512",
            "-o",
            out.toString());
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.filter(file -> file.toString().endsWith(".et"))).hasSize(512);
    }
    assertThat(out.resolve("manifest.json")).isRegularFile();
  }
}
