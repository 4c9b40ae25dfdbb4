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
        .contains(
            "dropped:\n  4 points: `dp = 8 / (tp * pp)` has no value\n"
                + "    tp = 3, pp = 1, schedule = gpipe, …");
  }

  @Test
  void everyPointIsThePlanWithThoseValues() {
    JsonNode sweep = Execution.of("sweep", file, "--json").json();
    JsonNode points = sweep.path("points");
    assertThat(sweep.path("size").asLong()).isEqualTo(12);
    assertThat(points).hasSize(8);
    assertThat(sweep.path("excluded")).hasSize(1);
    assertThat(sweep.path("excluded").get(0).path("points").asLong()).isEqualTo(4);
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
      assertThat(point.path("exposed_communication_by_axes_ns"))
          .as(set)
          .isNotEmpty()
          .isEqualTo(run.path("exposed_communication_by_axes"));
      assertThat(point.path("basis").asText()).isEqualTo("data sheet: a lower bound");
      kept++;
    }
    assertThat(kept).isEqualTo(8);
  }

  @Test
  void memoryIsThatOfTheMemoryCommand() {
    for (JsonNode point : Execution.of("sweep", file, "--json").json().path("points")) {
      if (point.path("status").asText().equals("ok")) {
        assertThat(point.path("memory_peak_bytes").asLong())
            .as("%s", point)
            .isEqualTo(peak(file, point));
        assertThat(point.path("fits").asBoolean()).isTrue();
      }
    }
  }

  private static long peak(Path of, JsonNode point) {
    List<Object> command = new ArrayList<>(List.of("memory", of, "--plan", "Desk8", "--json"));
    point
        .path("values")
        .properties()
        .forEach(
            value -> {
              command.add("--set");
              command.add(value.getKey() + "=" + value.getValue().asText());
            });
    JsonNode memory = Execution.of(command.toArray()).json();
    long peak = 0;
    for (JsonNode stage : memory.path("stages")) {
      peak = Math.max(peak, stage.path("peak").asLong());
    }
    return peak;
  }

  /** What points have in common is worked out once: each is what its plan is by itself. */
  @Test
  void whatPointsShareIsThatOfEach() {
    String text =
        Execution.tinyText()
            + """
            sweep Shared of Desk8 {
              tp        in 1, 2
              pp        in 1, 2
              dp        = 8 / (tp * pp)
              layout    in (pp > dp > tp), (dp > tp > pp)
              optimizer in (adam sharded over dp),
                           (adam sharded over dp, gradients whole, weights sharded)
              batch     in 16, 48
            }
            """;
    Path shared = Execution.write(folder.resolve("shared.tfm"), text);
    JsonNode points =
        Execution.of("sweep", shared, "--mode", "analytical", "--threads", "1", "--json")
            .json()
            .path("points");
    assertThat(points).hasSize(32);
    for (JsonNode point : points) {
      assertThat(point.path("status").asText()).isEqualTo("ok");
      List<Object> run =
          new ArrayList<>(
              List.of("run", shared, "--plan", "Desk8", "--mode", "analytical", "--json"));
      point
          .path("values")
          .properties()
          .forEach(
              value -> {
                run.add("--set");
                run.add(value.getKey() + "=" + value.getValue().asText());
              });
      JsonNode alone = Execution.of(run.toArray()).json();
      for (String figure : List.of("iteration_time_ns", "tokens_per_second", "mfu", "bubble")) {
        assertThat(point.path(figure)).as("%s of %s", figure, run).isEqualTo(alone.path(figure));
      }
      assertThat(point.path("memory_peak_bytes").asLong()).isEqualTo(peak(shared, point));
    }
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

  /** What two choices come to alike is one point, when it is run and when it is read again. */
  @Test
  void pointsThatAreAlikeAreOne() {
    String text =
        Execution.tinyText()
            + "sweep Alike of Desk8 { micro_batch in 1, 2  batch in 8 * micro_batch, 16 }\n";
    Path alike = Execution.write(folder.resolve("alike.tfm"), text);
    Path results = folder.resolve("alike");
    Object[] sweep = {"sweep", alike, "--mode", "analytical", "-o", results};
    Execution first = Execution.of(sweep);
    assertThat(first.exit()).as(first.err()).isZero();
    assertThat(first.out()).contains("3 points");
    assertThat(Execution.of(sweep).out()).isEqualTo(first.out());
  }

  @Test
  void threadsChangeNothing() {
    assertThat(Execution.of("sweep", file, "--json", "--threads", 4).out())
        .isEqualTo(Execution.of("sweep", file, "--json", "--threads", 1).out());
  }

  @Test
  void goesOnAfterARunThatWasKilled() throws IOException {
    Path results = folder.resolve("results");
    String whole = Execution.of("sweep", file, "-o", results, "--threads", 1).out();
    Path points = results.resolve("points.jsonl");
    List<String> lines = Files.readAllLines(points);
    assertThat(lines).hasSize(8);
    // What a killed run leaves: some whole lines and a part of one. One result is marked.
    String marked = lines.get(0).replaceAll("\"mfu\":[0-9.E-]+", "\"mfu\":0.77");
    Files.writeString(points, marked + "\n" + lines.get(1) + "\n" + "{\"point\":2,\"val");
    Execution resumed = Execution.of("sweep", file, "-o", results, "--json");
    assertThat(resumed.exit()).isZero();
    assertThat(resumed.json().path("points")).hasSize(8);
    assertThat(resumed.json().path("points").get(0).path("mfu").asDouble()).isEqualTo(0.77);
    assertThat(Files.readAllLines(points))
        .hasSize(8)
        .startsWith(marked, lines.get(1))
        .containsAll(lines.subList(2, 8));
    Execution again = Execution.of("sweep", file, "-o", results);
    assertThat(again.out()).hasLineCount((int) whole.lines().count()).contains("77.0 %");
  }

  @Test
  void aSweepThatGetsMorePointsKeepsWhatItHas() throws IOException {
    Path results = folder.resolve("results");
    Execution.write(file, Execution.tinyText() + SWEEPS.replace("tp in 1, 2, 3", "tp in 1, 2"));
    assertThat(Execution.of("sweep", file, "-o", results).exit()).isZero();
    Path points = results.resolve("points.jsonl");
    List<String> before = Files.readAllLines(points);
    assertThat(before).hasSize(8);
    Execution.write(file, Execution.tinyText() + SWEEPS.replace("in 1, 2, 3", "in 4, 1, 2"));
    Execution more = Execution.of("sweep", file, "-o", results);
    assertThat(more.out()).startsWith("sweep Shapes: 12 points, 8 kept");
    assertThat(Files.readAllLines(points)).hasSize(8).startsWith(before.toArray(String[]::new));
    Execution.write(file, Execution.tinyText() + SWEEPS.replace("tp in 1, 2, 3", "tp in 2"));
    assertThat(Execution.of("sweep", file, "-o", results).out())
        .startsWith("sweep Shapes: 4 points, 4 kept");
  }

  @Test
  void sharesTogetherAreTheWhole() throws IOException {
    Path whole = folder.resolve("whole");
    Path shares = folder.resolve("shares");
    assertThat(Execution.of("sweep", file, "-o", whole).exit()).isZero();
    List<Object> merge = new ArrayList<>(List.of("results", "merge"));
    for (int share = 5; share >= 1; share--) {
      Path own = folder.resolve("share" + share);
      Execution run = Execution.of("sweep", file, "-o", own, "--shard", share + "/5");
      assertThat(run.out()).startsWith("sweep Shapes, shard " + share + "/5: ");
      Execution.of("sweep", file, "-o", shares, "--shard", share + "/5");
      merge.addAll(List.of(own, own));
    }
    Path merged = folder.resolve("merged");
    merge.addAll(List.of("-o", merged));
    assertThat(Execution.of(merge.toArray()).out()).endsWith(": 8 points added\n");
    for (String format : List.of("csv", "jsonl")) {
      String expected = export(whole, format);
      assertThat(export(merged, format)).isEqualTo(expected);
      assertThat(export(shares, format)).isEqualTo(expected);
    }
    assertThat(export(whole, "csv"))
        .startsWith("point,key,tp,pp,schedule,dp,status,reason,ranks,iteration_time_ns,")
        .hasLineCount(9);
  }

  private String export(Path results, String format) throws IOException {
    Path table = folder.resolve("table." + format);
    Execution export = Execution.of("results", "export", results, "-o", table, "--format", format);
    assertThat(export.exit()).as(export.err()).isZero();
    return Files.readString(table);
  }

  @Test
  void resultsAreFilteredAndOrdered() {
    Path results = folder.resolve("results");
    String sweep = Execution.of("sweep", file, "-o", results).out();
    Execution all = Execution.of("results", results);
    assertThat(all.out().lines().skip(1))
        .hasSize(10)
        .isEqualTo(sweep.lines().skip(1).limit(10).toList());
    Execution few =
        Execution.of("results", results, "--where", "fits and tp == 2", "--best", 3, "--by", "mfu");
    assertThat(few.out()).contains(": Desk8: 4 points, 4 kept").contains("… and 1 more");
    Execution none = Execution.of("results", results, "--where", "tq > 1");
    assertThat(none.exit()).isEqualTo(2);
    assertThat(none.err()).contains("--where: no point has tq");
    Execution broken = Execution.of("results", results, "--where", "tp >");
    assertThat(broken.exit()).isEqualTo(2);
    assertThat(broken.err()).contains("--where:1:");
    assertThat(Execution.of("results", folder).err()).contains("holds no results");
    assertThat(Execution.of("results").err()).contains("name the FOLDER");
  }

  @Test
  void mixesNoResultsOfDifferentPlans() throws IOException {
    Path results = folder.resolve("results");
    assertThat(Execution.of("sweep", file, "-o", results).exit()).isZero();
    Path points = results.resolve("points.jsonl");
    byte[] before = Files.readAllBytes(points);
    Execution.write(file, Files.readString(file).replace("16 GiB at", "15 GiB at"));
    Execution other = Execution.of("sweep", file, "-o", results);
    assertThat(other.exit()).isEqualTo(1);
    assertThat(other.err()).contains("holds results of another text of the specification");
    assertThat(Files.readAllBytes(points)).isEqualTo(before);
    Execution occupied = Execution.of("sweep", file, "-o", folder);
    assertThat(occupied.exit()).isEqualTo(3);
    assertThat(occupied.err()).contains("is not empty and holds no results");
  }

  @Test
  void conditionsKnowWhatRanksHold() {
    String text = Execution.tinyText() + "sweep Sizes of Desk8 { micro_batch in 1, 4 WHEN }\n";
    Path plain = Execution.write(folder.resolve("plain.tfm"), text.replace("WHEN", ""));
    JsonNode points = Execution.of("sweep", plain, "--json").json().path("points");
    long least = points.get(0).path("memory_peak_bytes").asLong();
    long most = points.get(1).path("memory_peak_bytes").asLong();
    assertThat(most).isGreaterThan(least);
    for (String condition : List.of("memory < " + most, "fits and memory <= " + least)) {
      Path kept =
          Execution.write(
              folder.resolve("kept.tfm"),
              text.replace("WHEN", "keep when ranks == 8 and " + condition));
      JsonNode both = Execution.of("sweep", kept, "--json").json().path("points");
      assertThat(both.get(0)).isEqualTo(points.get(0));
      assertThat(both.get(1).path("reason").asText())
          .isEqualTo("not kept: `ranks == 8 and " + condition + "` is false");
    }
    Path none =
        Execution.write(folder.resolve("none.tfm"), text.replace("WHEN", "keep when ranks == 9"));
    Execution empty = Execution.of("sweep", none);
    assertThat(empty.exit()).isEqualTo(1);
    assertThat(empty.out()).contains("2 points: not kept: `ranks == 9` is false");
  }

  @Test
  void countsWithoutRunning() {
    Execution run = Execution.of("sweep", file, "--dry-run");
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .startsWith("sweep Shapes: 12 points, 4 ruled out by numbers alone, 8 left\n");
    JsonNode json = Execution.of("sweep", file, "--dry-run", "--json", "--shard", "2/2").json();
    assertThat(json.path("left").asLong()).isEqualTo(4);
    // A hundred million, of which numbers rule out all but a few.
    String huge =
        "sweep Huge of Desk8 { tp in %s micro_batch in %s layers in %s keep when tp * dp == 4 }"
            .formatted(numbers(500), numbers(500), numbers(400));
    Path big = Execution.write(folder.resolve("huge.tfm"), Execution.tinyText() + huge);
    Execution counted = Execution.of("sweep", big, "--dry-run");
    assertThat(counted.out()).startsWith("sweep Huge: 100,000,000 points, ");
  }

  private static String numbers(int count) {
    return java.util.stream.IntStream.rangeClosed(1, count)
        .mapToObj(String::valueOf)
        .collect(java.util.stream.Collectors.joining(", "));
  }

  @Test
  void showsTheBestOnly() {
    Execution run = Execution.of("sweep", file, "--best", 2);
    assertThat(run.out()).contains("… and 6 more: --best N shows N of them");
    assertThat(run.out().lines().filter(line -> line.endsWith(" GB"))).hasSize(2);
    assertThat(Execution.of("sweep", file, "--best", 0).exit()).isEqualTo(2);
  }

  @Test
  void saysWhatIsWrong() {
    Execution none = Execution.of("sweep", Execution.tiny(folder));
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("has no sweep");
    Execution unknown = Execution.of("sweep", file, "--sweep", "Shape");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains("unknown sweep `Shape`", "has Shapes");
    Execution shard = Execution.of("sweep", file, "--shard", "3/2");
    assertThat(shard.exit()).isEqualTo(2);
    assertThat(shard.err()).contains("--shard 3/2: the first number is from 1 to the second");
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
