package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code emit --classes} and {@code expand}. */
class ExpandCommandTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path folder;
  private Path classes = Path.of("");
  private Path plain = Path.of("");
  private Path some = Path.of("");

  @BeforeEach
  void names() {
    classes = folder.resolve("classes");
    plain = folder.resolve("plain");
    some = folder.resolve("some");
  }

  private void emit(Object... more) {
    Path tiny = Execution.tiny(folder);
    List<Object> options = List.of(more);
    Stream<Object> plainly = Stream.concat(Stream.of("emit", tiny, "-o", plain), options.stream());
    assertThat(Execution.of(plainly.toArray()).exit()).isZero();
    Stream<Object> byClass =
        Stream.concat(Stream.of("emit", tiny, "--classes", "-o", classes), options.stream());
    assertThat(Execution.of(byClass.toArray()).exit()).isZero();
  }

  private static List<String> names(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void assertSame(String... files) {
    for (String file : files) {
      assertThat(some.resolve(file)).hasSameBinaryContentAs(plain.resolve(file));
    }
  }

  @Test
  void tracesOfRanksAreThoseOfEmit() throws IOException {
    emit("--annotate", "--tensors");
    JsonNode expanded =
        Execution.of("expand", classes, "-o", some, "--ranks", "1,4-5,7-", "--json").json();
    assertThat(expanded.path("ranks").asInt()).isEqualTo(4);
    assertThat(expanded.path("ranks_of_plan").asInt()).isEqualTo(8);
    assertThat(names(some))
        .containsExactly(
            "Tiny.1.et",
            "Tiny.4.et",
            "Tiny.5.et",
            "Tiny.7.et",
            "comm_group.json",
            "memory.json",
            "network.yml",
            "system.json");
    assertSame(names(some).toArray(new String[0]));
    long bytes = 0;
    for (String name : names(some)) {
      bytes += name.endsWith(".et") ? Files.size(some.resolve(name)) : 0;
    }
    assertThat(expanded.path("bytes").asLong()).isEqualTo(bytes);
  }

  @Test
  void allRanksAreMadeAndRun() {
    emit();
    assertThat(Execution.of("expand", classes, "-o", some, "--threads", "2").out())
        .startsWith(some + ": 8 of 8 ranks, ");
    Execution verified = Execution.of("verify", some.resolve("Tiny"));
    assertThat(verified.exit()).as(verified.out()).isZero();
  }

  @Test
  void theIndexIsWhatItsSchemaSays() throws IOException {
    emit();
    String text = Files.readString(classes.resolve("classes.json"));
    assertThat(JsonSchemas.errors(JsonSchemas.OF_CLASSES, text)).isEmpty();
    JsonNode index = MAPPER.readTree(classes.resolve("classes.json").toFile());
    JsonNode manifest = MAPPER.readTree(plain.resolve("manifest.json").toFile());
    for (String key : List.of("input", "settings", "sources", "model", "command", "plan")) {
      assertThat(index.get(key)).isEqualTo(manifest.get(key));
    }
    ObjectNode counts = (ObjectNode) index.get("counts");
    ObjectNode all = (ObjectNode) manifest.get("counts");
    counts.remove("trace_bytes");
    all.remove("trace_bytes");
    assertThat(counts).isEqualTo(all);
    assertThat(index.get("classes").size()).isLessThan(8);
  }

  /** Ranks that are alike in nothing have a class each. */
  @Test
  void jitteredRanksToo() throws IOException {
    emit("--jitter", "0.1");
    assertThat(names(classes)).contains("Tiny.class7.et");
    assertThat(Execution.of("expand", classes, "-o", some).exit()).isZero();
    assertSame("Tiny.0.et", "Tiny.7.et", "comm_group.json");
  }

  @Test
  void aFolderNeverHoldsTracesOfTwoRuns() throws IOException {
    Path tiny = Execution.tiny(folder);
    Execution.of("emit", tiny, "-o", classes);
    Execution.of("emit", tiny, "-o", classes, "--classes");
    assertThat(names(classes))
        .contains("classes.json", "Tiny.class0.et")
        .doesNotContain("manifest.json", "Tiny.0.et");
    Execution.of("emit", tiny, "-o", classes);
    assertThat(names(classes))
        .contains("manifest.json", "Tiny.0.et")
        .doesNotContain("classes.json", "Tiny.class0.et");
  }

  @Test
  void whatCannotBeIsRefused() {
    emit();
    Execution same = Execution.of("expand", classes, "-o", classes);
    assertThat(same.exit()).isEqualTo(3);
    assertThat(same.err()).contains("choose another folder");
    assertThat(classes.resolve("Tiny.class0.et")).exists();
    Execution range = Execution.of("expand", classes, "-o", some, "--ranks", "8");
    assertThat(range.exit()).isEqualTo(2);
    assertThat(range.err()).contains("--ranks: there are ranks 0 to 7 only");
    Execution plainFolder = Execution.of("expand", plain, "-o", some);
    assertThat(plainFolder.exit()).isEqualTo(3);
    assertThat(plainFolder.err()).contains("classes.json: no such file");
    assertThat(some).doesNotExist();
  }

  private void assertRefused(Consumer<ObjectNode> change, String message) throws IOException {
    Path index = classes.resolve("classes.json");
    ObjectNode changed = (ObjectNode) MAPPER.readTree(plain.resolve("index").toFile());
    change.accept(changed);
    MAPPER.writeValue(index.toFile(), changed);
    Execution expand = Execution.of("expand", classes, "-o", some);
    assertThat(expand.err()).contains(message).doesNotContain("Exception");
    assertThat(expand.exit()).isEqualTo(1);
  }

  @Test
  void indicesOfOthersAreRefused() throws IOException {
    emit();
    Files.copy(classes.resolve("classes.json"), plain.resolve("index"));
    assertRefused(index -> index.put("format", 2), "format 2: this version reads format 1");
    assertRefused(index -> index.put("model", "../../x"), "model \"../../x\"");
    assertRefused(index -> index.remove("groups"), "groups: is missing");
    assertRefused(index -> index.putNull("classes"), "classes: is missing");
    assertRefused(index -> index.put("groups", 7), "not what an index of classes has here");
    assertRefused(
        index -> ((ArrayNode) index.get("class_of_ranks").get(0)).set(0, 99), "class_of_ranks[0]");
    assertRefused(
        index -> ((ArrayNode) index.get("class_of_ranks").get(0)).set(1, 2_000_000_000),
        "class_of_ranks[0]");
    assertRefused(
        index -> ((ArrayNode) index.get("groups").get(0).get("groups").get(0)).set(2, 5),
        "groups[0]: groups[0]");
    assertRefused(
        index -> ((ArrayNode) index.get("groups").get(0).get("rings").get(0)).set(1, 8),
        "groups[0]: a ring");
    assertRefused(
        index -> ((ArrayNode) index.get("groups").get(0).get("groups")).removeAll(),
        "it is in no group of the kind");
    Files.writeString(classes.resolve("classes.json"), "{\"format\": 1,\n,");
    assertThat(Execution.of("expand", classes, "-o", some).err())
        .contains("classes.json: line 2, column 1: not JSON");
  }

  /** Whatever a trace of a class holds, it is expanded or refused. */
  @Test
  void brokenTracesAreNoFault() throws IOException {
    emit();
    Path trace = classes.resolve("Tiny.class0.et");
    byte[] whole = Files.readAllBytes(trace);
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      byte[] broken = whole.clone();
      if (i % 3 == 0) {
        broken = java.util.Arrays.copyOf(broken, random.nextInt(broken.length));
      } else {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      Files.write(trace, broken);
      Execution expand = Execution.of("expand", classes, "-o", some, "--ranks", "0");
      assertThat(expand.exit()).as(expand.err()).isIn(0, 1);
    }
  }
}
