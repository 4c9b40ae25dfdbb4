package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Much goes through a small heap. */
class SmallHeapTest {
  private static final long MINUTES = 5;

  @TempDir private Path folder;

  private void run(String heap, Path out, Object... arguments)
      throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Heddle.class.getName()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Process process =
        new ProcessBuilder(command)
            .redirectError(log.toFile())
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }

  /** They are thirteen million nodes. */
  @Test
  void gpt3On512RanksIsEmittedIn256Megabytes() throws IOException, InterruptedException {
    Path traces = folder.resolve("traces");
    Path model = Execution.example("gpt3_175b.tfm");
    run("256m", folder.resolve("out"), "emit", model, "--plan", "Pod512", "-o", traces);
    try (Stream<Path> files = Files.list(traces)) {
      assertThat(files.filter(file -> file.toString().endsWith(".et"))).hasSize(512);
    }
    assertThat(traces.resolve("manifest.json")).isRegularFile();
  }

  /** Ranks are printed as they are put together: all of them are more than the heap holds. */
  @Test
  void ranksArePrintedWithoutBeingKept() throws IOException, InterruptedException {
    Path json = folder.resolve("step.json");
    Path tiny = Execution.tiny(folder);
    String sizes = "dp=32768,nodes=65536,batch=131072";
    run("80m", json, "run", tiny, "--set", sizes, "--no-cache", "--json");
    assertThat(Files.size(json)).isGreaterThan(120L << 20);
    try (Stream<String> lines = Files.lines(json)) {
      // Those of two stages have a number of the stage as well.
      assertThat(lines.filter(line -> line.startsWith("      \"stage\" : "))).hasSize(131_074);
    }
  }
}
