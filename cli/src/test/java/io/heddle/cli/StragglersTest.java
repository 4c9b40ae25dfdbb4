package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --slow} and {@code --jitter} of {@code run}, {@code emit} and {@code sweep}. */
class StragglersTest {
  @TempDir private Path folder;
  private Path tiny = Path.of("");

  @BeforeEach
  void writeSpecification() {
    tiny = Execution.tiny(folder);
  }

  private static JsonNode run(Object... arguments) {
    Object[] all = Stream.concat(Stream.of("run", "--json"), Stream.of(arguments)).toArray();
    Execution run = Execution.of(all);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.json();
  }

  private Path emit(String name, Object... arguments) {
    Path traces = folder.resolve(name);
    Execution emit =
        Execution.of(
            Stream.concat(Stream.of("emit", tiny, "-o", traces), Stream.of(arguments)).toArray());
    assertThat(emit.exit()).as(emit.err()).isZero();
    return traces;
  }

  private static JsonNode inspect(Path traces, int rank) {
    Execution inspect =
        Execution.of("inspect", traces.resolve("Tiny." + rank + ".et"), "--json", "--limit", 9999);
    assertThat(inspect.exit()).as(inspect.err()).isZero();
    return inspect.json();
  }

  private static void assertSameFiles(Path one, Path other) throws IOException {
    try (Stream<Path> files = Files.list(one)) {
      List<Path> names = files.map(Path::getFileName).toList();
      assertThat(names).hasSize(13);
      for (Path name : names) {
        assertThat(other.resolve(name)).hasSameBinaryContentAs(one.resolve(name));
      }
    }
  }

  private static long compute(JsonNode run, int rank) {
    return run.path("ranks").path(String.valueOf(rank)).path("compute").asLong();
  }

  @Test
  void aSlowRankTakesLongerAndTheWorkIsTheSame() {
    JsonNode plain = run(tiny);
    JsonNode slow = run(tiny, "--slow", "rank=3:100");
    for (int rank = 0; rank < 8; rank++) {
      if (rank == 3) {
        assertThat(compute(slow, rank))
            .isBetween(100 * compute(plain, rank), 101 * compute(plain, rank) + 100 * 1576 / 8);
      } else {
        assertThat(compute(slow, rank)).isEqualTo(compute(plain, rank));
      }
    }
    assertThat(slow.path("iteration_time_ns").asLong())
        .isGreaterThan(plain.path("iteration_time_ns").asLong());
    assertThat(slow.path("operations")).isEqualTo(plain.path("operations"));
    assertThat(slow.path("bytes")).isEqualTo(plain.path("bytes"));
    assertThat(slow.path("mfu").asDouble()).isLessThan(plain.path("mfu").asDouble());
  }

  @Test
  void theOutputTellsWhatIsSlow() {
    Object[] options = {"--slow", "rank=3:1.50,stage=1:1.2", "--jitter", "0.05", "--seed", "-7"};
    String said = "\nslow: rank 3 by 1.5, stage 1 by 1.2, jitter 0.05 of seed -7\n";
    assertThat(
            Execution.of(Stream.concat(Stream.of("run", tiny), Stream.of(options)).toArray()).out())
        .contains(said);
    assertThat(Execution.of("run", tiny).out()).doesNotContain("slow:");
    Object[] withFile = Stream.concat(Stream.of(tiny), Stream.of(options)).toArray();
    String expected =
        """
        {"slow":[{"scope":"rank","number":3,"factor":1.5},{"scope":"stage","number":1,"factor":1.2}],\
        "jitter":0.05,"seed":-7}""";
    assertThat(run(withFile).path("stragglers")).hasToString(expected);
    assertThat(run(tiny).path("stragglers")).hasToString("{\"slow\":[],\"jitter\":0,\"seed\":0}");
  }

  @Test
  void theManifestTellsWhatIsSlow() throws IOException {
    Path traces = emit("slow", "--slow", "stage=1:10", "--jitter", "0.05", "--seed", "7");
    JsonNode manifest = new ObjectMapper().readTree(traces.resolve("manifest.json").toFile());
    assertThat(manifest.path("stragglers"))
        .hasToString(
            "{\"slow\":[{\"scope\":\"stage\",\"number\":1,\"factor\":10}],"
                + "\"jitter\":0.05,\"seed\":7}");
    JsonNode plain = new ObjectMapper().readTree(emit("plain").resolve("manifest.json").toFile());
    for (String count : List.of("operations", "memory_bytes", "nodes")) {
      assertThat(manifest.path("counts").path(count)).isEqualTo(plain.path("counts").path(count));
    }
  }

  @Test
  void factorsOfOneChangeNoByte() throws IOException {
    assertSameFiles(
        emit("plain"),
        emit("one", "--slow", "rank=3:1,stage=0:1.0", "--jitter", "0.0", "--seed", 5));
    assertThat(Execution.of("run", tiny, "--slow", "rank=3:1", "--jitter", "0", "--json").out())
        .isEqualTo(Execution.of("run", tiny, "--json").out());
  }

  @Test
  void threadsChangeNoByteAndSeedsDo() throws IOException {
    Path one = emit("a", "--slow", "rank=3:1.5", "--jitter", "0.1", "--seed", 7, "--threads", 1);
    assertSameFiles(
        one, emit("b", "--slow", "rank=3:1.5", "--jitter", "0.1", "--seed", 7, "--threads", 3));
    Path other = emit("c", "--slow", "rank=3:1.5", "--jitter", "0.1", "--seed", 8);
    assertThat(Files.readAllBytes(other.resolve("Tiny.0.et")))
        .isNotEqualTo(Files.readAllBytes(one.resolve("Tiny.0.et")));
  }

  @Test
  void tracesKeepTheirWorkAndEnd() {
    Path plain = emit("plain");
    Path slow = emit("slow", "--slow", "rank=3:1.5", "--jitter", "0.1");
    for (int rank = 0; rank < 8; rank++) {
      JsonNode before = inspect(plain, rank);
      JsonNode after = inspect(slow, rank);
      assertThat(after.path("operations")).isEqualTo(before.path("operations"));
      assertThat(after.path("bytes")).isEqualTo(before.path("bytes"));
      for (int i = 0; i < before.path("nodes").size(); i++) {
        JsonNode attributes = before.path("nodes").get(i).path("attributes");
        JsonNode slowed = after.path("nodes").get(i).path("attributes");
        if (slowed.has("nominal_num_ops")) {
          assertThat(slowed.path("nominal_num_ops")).isEqualTo(attributes.path("num_ops"));
          assertThat(slowed.path("nominal_tensor_size")).isEqualTo(attributes.path("tensor_size"));
        } else {
          assertThat(slowed).isEqualTo(attributes);
        }
      }
    }
    assertThat(inspect(slow, 3).path("nodes").toString()).contains("nominal_num_ops");
    Execution verify = Execution.of("verify", slow.resolve("Tiny"));
    assertThat(verify.out()).contains("every rank ends; 0 errors, 0 warnings");
  }

  @Test
  void runAnswersTickForTickAsTheEmittedFolder() {
    Path traces = emit("slow", "--slow", "stage=1:1.7", "--jitter", "0.2", "--seed", 3);
    JsonNode simulated =
        Execution.of(
                "simulate",
                "--workload",
                traces.resolve("Tiny"),
                "--system",
                traces.resolve("system.json"),
                "--network",
                traces.resolve("network.yml"),
                "--comm-group",
                traces.resolve("comm_group.json"),
                "--json")
            .json();
    JsonNode run = run(tiny, "--slow", "stage=1:1.7", "--jitter", "0.2", "--seed", 3);
    for (int rank = 0; rank < 8; rank++) {
      String key = String.valueOf(rank);
      assertThat(run.path("ranks").path(key).path("cycles").asLong())
          .isPositive()
          .isEqualTo(simulated.path("ranks").path(key).path("cycles").asLong());
    }
  }

  @Test
  void resultsThatAreKeptAreNotMixed() {
    Object[] jittered = {tiny, "--jitter", "0.1", "--seed", 1};
    JsonNode first = run(jittered);
    assertThat(run(tiny)).isNotEqualTo(first);
    assertThat(run(tiny, "--jitter", "0.1", "--seed", 2)).isNotEqualTo(first);
    assertThat(run(jittered)).isEqualTo(first);
    assertThat(run(tiny, "--jitter", "0.1", "--seed", 1, "--no-cache")).isEqualTo(first);
  }

  @Test
  void sweepsAreSlowedPointByPoint() {
    Path file =
        Execution.write(
            folder.resolve("swept.tfm"),
            Execution.tinyText() + "\nsweep Shapes of Desk8 {\n  pp in 1, 2\n  dp = 4 / pp\n}\n");
    Path results = folder.resolve("results");
    Execution sweep = Execution.of("sweep", file, "--slow", "stage=1:3", "--json", "-o", results);
    assertThat(sweep.exit()).as(sweep.err()).isZero();
    JsonNode points = sweep.json().path("points");
    assertThat(points.get(0).path("reason").asText())
        .isEqualTo("stage 1 by 3: the plan has stages 0 to 0");
    assertThat(points.get(1).path("iteration_time_ns"))
        .isEqualTo(run(file, "--plan", "Desk8", "--slow", "stage=1:3").path("iteration_time_ns"));
    Execution plain = Execution.of("sweep", file, "-o", results);
    assertThat(plain.exit()).isEqualTo(1);
    assertThat(plain.err()).contains("other stragglers");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "2 | --slow rank=3 | 'rank=3' is nothing such as rank=3:1.5",
        "2 | --slow tp=3:2 | 'tp=3:2' is nothing such as",
        "2 | --slow rank=-1:2 | 'rank=-1:2' is nothing such as",
        "2 | --slow rank=1:1e3 | 'rank=1:1e3' is nothing such as",
        "2 | --slow rank=3:0.5 | rank 3 by 0.5: a factor is from 1 to 1000",
        "2 | --slow rank=3:1001 | rank 3 by 1001: a factor is from 1 to 1000",
        "2 | --jitter x | 'x' is no share such as 0.05",
        "2 | --jitter 0.6 | --jitter 0.6: must be from 0 to 0.5",
        "2 | --jitter 0.0000001 | digits behind the point",
        "2 | --seed 3 | --seed: needs --jitter",
        "2 | --jitter 0.1 --seed x | Invalid value for option '--seed'",
        "1 | --slow rank=8:2 | --slow rank 8 by 2: the plan has ranks 0 to 7",
        "1 | --slow stage=2:1 | --slow stage 2 by 1: the plan has stages 0 to 1",
        "1 | --slow rank=0:1000,stage=0:2 | its factors make more than 1000 together"
      })
  void saysWhatIsWrong(int exit, String options, String message) {
    for (String command : List.of("run", "emit")) {
      Stream<Object> arguments = Stream.of(command, tiny, "--no-cache");
      if (command.equals("emit")) {
        arguments = Stream.concat(arguments, Stream.of("-o", folder.resolve("out")));
      }
      Stream<Object> given = Stream.of((Object[]) options.split(" ", -1));
      Execution execution = Execution.of(Stream.concat(arguments, given).toArray());
      assertThat(execution.err()).contains(message).doesNotContain("Exception");
      assertThat(execution.exit()).isEqualTo(exit);
      assertThat(folder.resolve("out")).doesNotExist();
    }
  }

  @Test
  void programsAreToldToo() {
    JsonNode json = Execution.of("run", tiny, "--slow", "rank=8:2", "--json").json();
    assertThat(json.path("status").asText()).isEqualTo("error");
    assertThat(json.path("diagnosis").get(0).asText()).contains("ranks 0 to 7");
  }
}
