package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandTest {
  private static final String SWEEPS =
      """

      sweep Shapes of Desk8 {
        tp in 1, 2, 3
        pp in 1, 2
        dp = 8 / (tp * pp)
        schedule in gpipe, one_f_one_b
        keep when dp > 2 or tp == 2
      }
      """;

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void writeSpecification() {
    file = Execution.write(folder.resolve("swept.tfm"), Execution.tinyText() + SWEEPS);
  }

  @Test
  void listsTheFastestFirstAndWhyPointsAreDropped() {
    Execution run = Execution.of("sweep", file);
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .startsWith("sweep Shapes: 12 points, 8 kept, 8 fit into memory\n")
        .containsPattern(
            "tp +pp +schedule +dp +iteration +tokens/s +tokens/s/GPU +TFLOP/s/GPU +MFU +bubble")
        .contains("dropped:\n  2 points: 8 / 3 leaves the remainder 2\n")
        .contains(
            "  2 points: 8 / 6 leaves the remainder 2\n    tp = 3, pp = 2, schedule = gpipe, …");
  }

  @Test
  void everyPointIsThePlanWithThoseValues() {
    JsonNode points = Execution.of("sweep", file, "--json").json().path("points");
    assertThat(points).hasSize(12);
    int kept = 0;
    for (JsonNode point : points) {
      if (point.path("status").asText().equals("dropped")) {
        continue;
      }
      JsonNode values = point.path("values");
      String set = "";
      for (String name : List.of("tp", "pp", "dp", "schedule")) {
        set += (set.isEmpty() ? "" : ",") + name + "=" + values.path(name).asText();
      }
      JsonNode run = Execution.of("run", file, "--plan", "Desk8", "--set", set, "--json").json();
      for (String figure : List.of("iteration_time_ns", "tokens_per_second", "mfu", "bubble")) {
        assertThat(point.path(figure)).as("%s of %s", figure, set).isEqualTo(run.path(figure));
      }
      kept++;
    }
    assertThat(kept).isEqualTo(8);
  }

  @Test
  void memoryIsThatOfTheMemoryCommand() {
    for (JsonNode point : Execution.of("sweep", file, "--json").json().path("points")) {
      if (point.path("status").asText().equals("ok")) {
        assertThat(point.path("memory_peak_bytes").asLong()).as("%s", point).isEqualTo(peak(point));
        assertThat(point.path("fits").asBoolean()).isTrue();
      }
    }
  }

  private long peak(JsonNode point) {
    List<String> set = new ArrayList<>();
    point
        .path("values")
        .properties()
        .forEach(v -> set.add(v.getKey() + "=" + v.getValue().asText()));
    JsonNode memory =
        Execution.of("memory", file, "--plan", "Desk8", "--set", String.join(",", set), "--json")
            .json();
    long peak = 0;
    for (JsonNode stage : memory.path("stages")) {
      peak = Math.max(peak, stage.path("peak").asLong());
    }
    return peak;
  }

  /** The fastest plan is of no use where it does not fit. */
  @Test
  void whatDoesNotFitComesLast() {
    String text = Execution.tinyText() + "sweep Sizes of Desk8 { micro_batch in 1, 4 }\n";
    Path roomy = Execution.write(folder.resolve("roomy.tfm"), text);
    JsonNode points = Execution.of("sweep", roomy, "--json").json().path("points");
    long least = points.get(0).path("memory_peak_bytes").asLong();
    assertThat(points.get(1).path("memory_peak_bytes").asLong()).isGreaterThan(least + 1000);
    Path tight =
        Execution.write(
            folder.resolve("tight.tfm"),
            text.replace("16 GiB at", (least + 999) / 1000 + " kB at"));
    Execution run = Execution.of("sweep", tight);
    assertThat(run.exit()).isZero();
    assertThat(run.out()).startsWith("sweep Sizes: 2 points, 2 kept, 1 fits into memory\n");
    List<String> rows = run.out().lines().filter(line -> line.contains(" GB")).toList();
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0)).doesNotContain("too much");
    assertThat(rows.get(1)).endsWith("too much");
  }

  @Test
  void threadsChangeNothing() {
    assertThat(Execution.of("sweep", file, "--json", "--threads", 4).out())
        .isEqualTo(Execution.of("sweep", file, "--json", "--threads", 1).out());
  }

  @Test
  void goesOnAfterARunThatWasKilled() throws IOException {
    Path results = folder.resolve("results.jsonl");
    String whole = Execution.of("sweep", file, "-o", results, "--threads", 1).out();
    List<String> lines = Files.readAllLines(results);
    assertThat(lines).hasSize(13);
    // What a killed run leaves: some whole lines and a part of one. One result is marked.
    String marked = lines.get(1).replaceAll("\"mfu\":[0-9.E-]+", "\"mfu\":0.77");
    Files.writeString(
        results, lines.get(0) + "\n" + marked + "\n" + lines.get(2) + "\n" + "{\"point\":2,\"val");
    Execution resumed = Execution.of("sweep", file, "-o", results, "--resume", "--json");
    assertThat(resumed.exit()).isZero();
    assertThat(resumed.json().path("points")).hasSize(12);
    assertThat(resumed.json().path("points").get(0).path("mfu").asDouble()).isEqualTo(0.77);
    assertThat(Files.readAllLines(results)).hasSize(13).contains(lines.get(12));
    Execution again = Execution.of("sweep", file, "-o", results, "--resume");
    assertThat(again.out()).hasLineCount((int) whole.lines().count()).contains("77.0 %");
  }

  @Test
  void mixesNoResultsOfDifferentSpecifications() throws IOException {
    Path results = folder.resolve("results.jsonl");
    assertThat(Execution.of("sweep", file, "-o", results).exit()).isZero();
    byte[] before = Files.readAllBytes(results);
    Execution twice = Execution.of("sweep", file, "-o", results);
    assertThat(twice.exit()).isEqualTo(3);
    assertThat(twice.err()).contains("is there already", "--resume");
    Execution.write(file, Files.readString(file).replace("tp in 1, 2, 3", "tp in 1, 2"));
    Execution other = Execution.of("sweep", file, "-o", results, "--resume");
    assertThat(other.exit()).isEqualTo(1);
    assertThat(other.err()).contains("holds results of another sweep");
    assertThat(Files.readAllBytes(results)).isEqualTo(before);
  }

  @Test
  void saysWhatIsWrong() {
    Execution none = Execution.of("sweep", Execution.tiny(folder));
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("has no sweep");
    Execution unknown = Execution.of("sweep", file, "--sweep", "Shape");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains("unknown sweep `Shape`", "has Shapes");
    Execution resume = Execution.of("sweep", file, "--resume");
    assertThat(resume.exit()).isEqualTo(2);
    assertThat(resume.err()).contains("needs --output");
    Execution wrong =
        Execution.of(
            "sweep",
            Execution.write(
                folder.resolve("wrong.tfm"),
                Execution.tinyText() + SWEEPS.replace("tp in", "tq in")));
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err()).contains("unknown value to sweep `tq`");
  }
}
