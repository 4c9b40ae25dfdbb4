package io.heddle.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Heddle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Spark within this process makes the rows that the command makes. */
class SparkSweepTest {
  private static final List<String> CONFIGURATION =
      List.of("spark.master", "local[2]", "spark.ui.enabled", "false");

  @TempDir private Path folder;

  private Path file = Path.of("");

  @BeforeEach
  void configure() {
    for (int i = 0; i < CONFIGURATION.size(); i += 2) {
      System.setProperty(CONFIGURATION.get(i), CONFIGURATION.get(i + 1));
    }
    file = SmallSweep.write(folder, 3);
  }

  @AfterEach
  void clear() {
    for (int i = 0; i < CONFIGURATION.size(); i += 2) {
      System.clearProperty(CONFIGURATION.get(i));
    }
  }

  private static int onSpark(Object... words) {
    return HeddleOnSpark.run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
  }

  private static void here(Object... words) {
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(new Heddle())
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    assertThat(exit).as(err.toString()).isZero();
  }

  @Test
  void makesTheRowsOfALocalRun() throws IOException {
    Path there = folder.resolve("there");
    Path local = folder.resolve("here");
    Object[] more = {"--set", "micro_batch=2", "--mode", "hierarchical"};
    here("sweep", file, "-o", local, more[0], more[1], more[2], more[3]);
    assertThat(onSpark("sweep", file, "-o", there, more[0], more[1], more[2], more[3])).isZero();
    List<String> lines = SmallSweep.lines(local);
    assertThat(lines).hasSizeGreaterThan(100);
    assertThat(lines).anyMatch(line -> line.contains("\"dropped\""));
    assertThat(SmallSweep.lines(there)).isEqualTo(lines);
    assertThat(there.resolve("results.json"))
        .hasSameTextualContentAs(local.resolve("results.json"));

    // The same command goes on with what a killed run left.
    Path points = there.resolve("points.jsonl");
    List<String> left = Files.readAllLines(points).subList(0, 40);
    Files.writeString(points, String.join("\n", left) + "\n{\"point\":");
    assertThat(onSpark("sweep", file, "-o", there, more[0], more[1], more[2], more[3])).isZero();
    assertThat(SmallSweep.lines(there)).isEqualTo(lines);
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(onSpark("sweep", file)).isEqualTo(2);
    System.clearProperty("spark.master");
    assertThat(onSpark("sweep", file, "-o", folder.resolve("r"))).isEqualTo(3);
    assertThat(onSpark("sweep", file, "--dry-run")).isZero();
    assertThat(onSpark("results", folder.resolve("nothing"))).isEqualTo(3);
  }
}
