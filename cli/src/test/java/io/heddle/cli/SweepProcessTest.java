package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep as a process of its own, which is killed, told to end, or has no room for its rows. */
@Tag("slow")
class SweepProcessTest {
  private static final String SWEEP =
      """

      sweep Many of Desk8 {
        batch in 64, 128, 192, 256
        micro_batch in 1, 2, 4
        tp in 1, 2, 4
        pp in 1, 2
        dp = 8 / (tp * pp)
        schedule in gpipe, one_f_one_b
        seq in 64, 128, 192, 256
      }
      """;

  private static final int MINUTES = 5;
  private static final int KILLS = 5;

  @TempDir private Path folder;

  private Path file = Path.of("");
  private Path results = Path.of("");

  /** What a process ended with. */
  private record Ended(int exit, String err) {}

  @BeforeEach
  void writeSpecification() {
    file = Execution.write(folder.resolve("swept.tfm"), Execution.tinyText() + SWEEP);
    results = folder.resolve("results");
  }

  private List<String> words(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Heddle.class.getName(),
                "sweep",
                file.toString(),
                "--output",
                results.toString()));
    words.addAll(List.of(more));
    return words;
  }

  private Process start(List<String> words) throws IOException {
    return new ProcessBuilder(words)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private Ended end(Process process) throws IOException, InterruptedException {
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(folder.resolve("err")));
  }

  /** The whole lines of all files of results. */
  private List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    if (Files.isDirectory(results)) {
      List<Path> parts;
      try (Stream<Path> files = Files.list(results)) {
        parts = files.filter(path -> path.toString().endsWith(".jsonl")).toList();
      }
      for (Path part : parts) {
        String text = Files.readString(part);
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(rows::add);
      }
    }
    return rows;
  }

  /** Waits until there are more rows than a number, or the process is done. */
  private void awaitRows(Process process, int number) throws IOException, InterruptedException {
    while (process.isAlive() && rows().size() <= number) {
      Thread.sleep(5);
    }
  }

  private String table(Path of, String name) throws IOException {
    Path table = folder.resolve(name);
    assertThat(Execution.of("results", "export", of, "--output", table).exit()).isZero();
    return Files.readString(table);
  }

  /** The table of a sweep in this process that nobody disturbs. */
  private String undisturbed() throws IOException {
    Path whole = folder.resolve("whole");
    Execution run = Execution.of("sweep", file, "--output", whole);
    assertThat(run.exit()).as(run.err()).isZero();
    return table(whole, "whole.csv");
  }

  @Test
  void resumesAfterKillsWithoutARowLostOrWrongOrRepeated() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      List<String> before = rows();
      Process process = start(words());
      awaitRows(process, before.size() + random.nextInt(40));
      Thread.sleep(random.nextInt(20));
      process.destroyForcibly().waitFor();
      assertThat(rows()).as("seed %d, kill %d", seed, kill).containsAll(before);
    }
    List<String> killed = rows();
    assertThat(end(start(words())).exit()).isZero();
    List<String> all = rows();
    assertThat(all).as("seed %d", seed).containsAll(killed).doesNotHaveDuplicates();
    Set<String> keys = new HashSet<>();
    all.forEach(row -> keys.add(row.replaceAll(".*\"key\":\"([0-9a-f]+)\".*", "$1")));
    assertThat(keys).as("seed %d", seed).hasSameSizeAs(all);
    assertThat(table(results, "killed.csv")).as("seed %d", seed).isEqualTo(undisturbed());
  }

  @Test
  void endsCleanlyWhenItIsToldTo() throws Exception {
    // A shell lets what it starts in the background ignore Ctrl-C, and so do the processes of that.
    for (String signal : ignoresInterrupts() ? List.of("TERM") : List.of("INT", "TERM")) {
      Process process = start(words());
      int before = rows().size();
      awaitRows(process, before + 3);
      Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start();
      assertThat(kill.waitFor()).isZero();
      Ended ended = end(process);
      assertThat(ended.exit()).as(signal).isEqualTo(signal.equals("INT") ? 130 : 143);
      assertThat(ended.err())
          .containsPattern("heddle: interrupted after [1-9]\\d* of 576 points; the same command")
          .doesNotContain("\tat ");
      assertThat(rows()).hasSizeGreaterThan(before).hasSizeLessThan(576);
    }
    assertThat(end(start(words())).exit()).isZero();
    assertThat(rows()).hasSize(576);
    assertThat(table(results, "told.csv")).isEqualTo(undisturbed());
  }

  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  /** A file that may not grow is what a full disk is: the system takes a part of the line. */
  @Test
  void aFullDiskIsAMessageAndLosesNoRow() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash to limit the size of files");
    List<String> words = new ArrayList<>(List.of("/bin/bash", "-c", "ulimit -f 24; exec \"$@\""));
    words.add("bash");
    words.addAll(words());
    Ended ended = end(start(words));
    assertThat(ended.exit()).isEqualTo(3);
    assertThat(ended.err())
        .startsWith("heddle: " + results.resolve("points.jsonl") + ": ")
        .contains("too large");
    byte[] text = Files.readAllBytes(results.resolve("points.jsonl"));
    assertThat(text[text.length - 1]).isEqualTo((byte) '\n');
    List<String> kept = rows();
    assertThat(kept).hasSizeGreaterThan(20);
    assertThat(end(start(words())).exit()).isZero();
    assertThat(rows()).containsAll(kept).hasSize(576);
    assertThat(table(results, "full.csv")).isEqualTo(undisturbed());
  }

  @Test
  void aFolderThatCannotBeWrittenIsAMessage() {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no folder that nobody can write to");
    Execution run = Execution.of("sweep", file, "--output", "/proc/heddle-results");
    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.err()).startsWith("heddle: /proc/heddle-results: ").doesNotContain("\tat ");
    assertThat(run.err().getBytes(StandardCharsets.UTF_8).length).isLessThan(300);
  }

  /** What took too long is a row with that reason, until a run gives it the time. */
  @Test
  void aPointThatTakesTooLongIsARow() throws IOException {
    String few = "sweep Many of Desk8 { batch in 64, 128  schedule in gpipe, one_f_one_b }\n";
    file = Execution.write(file, Execution.tinyText() + few);
    Execution run = Execution.of("sweep", file, "--output", results, "--point-limit", "0.001");
    assertThat(run.exit()).as(run.err()).isEqualTo(1);
    assertThat(run.out())
        .contains("4 points, 0 kept", "4 points: took longer than 0.001 s (--point-limit)");
    assertThat(rows()).hasSize(4).allMatch(row -> row.contains("\"status\":\"dropped\""));
    Execution again = Execution.of("sweep", file, "--output", results);
    assertThat(again.out()).contains("4 points, 4 kept");
    assertThat(rows()).hasSize(8);
    assertThat(table(results, "again.csv")).isEqualTo(undisturbed());

    Path merged = folder.resolve("merged");
    assertThat(Execution.of("results", "merge", results, "--output", merged).exit()).isZero();
    assertThat(table(merged, "merged.csv")).isEqualTo(undisturbed());
  }

  /** A fault of Heddle may be mended, or be one process's alone: its point is tried again. */
  @Test
  void aPointOfWhichHeddleFailedRunsAgain() throws IOException {
    String few = "sweep Many of Desk8 { batch in 64, 128  schedule in gpipe, one_f_one_b }\n";
    file = Execution.write(file, Execution.tinyText() + few);
    assertThat(Execution.of("sweep", file, "--output", results).exit()).isZero();
    String whole = table(results, "whole.csv");
    Path part = results.resolve("points.jsonl");
    List<String> lines = Files.readAllLines(part);
    lines.set(
        2,
        lines
            .get(2)
            .replaceFirst(
                "\"status\":.*",
                "\"status\":\"dropped\",\"reason\":\"a fault of Heddle: java.lang.X\"}"));
    Files.write(part, lines);
    assertThat(Execution.of("results", results).out())
        .contains("4 points, 3 kept", "a fault of Heddle: java.lang.X");
    assertThat(Execution.of("sweep", file, "--output", results).out()).contains("4 points, 4 kept");
    assertThat(rows()).hasSize(5);
    assertThat(table(results, "again.csv")).isEqualTo(whole);
  }

  /** A simulation of very many passes is ended on its way, and the sweep goes on. */
  @Test
  void endsASimulationThatTakesTooLong() {
    String slow = "sweep Slow of Desk8 { batch in 2000000, 64 }\n";
    file = Execution.write(file, Execution.tinyText() + slow);
    long begun = System.nanoTime();
    Execution run =
        Execution.of("sweep", file, "--point-limit", "6s", "--threads", 1, "--symmetry", "off");
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(60);
    assertThat(run.out()).contains("2 points, 1 kept", "took longer than 6 s (--point-limit)");
  }
}
