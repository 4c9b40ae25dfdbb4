package io.heddle.runtime.astrasim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.chakra.EtWriter;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.trace.Flattener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceFolderTest {
  @TempDir Path temp;

  private static Flattener flattener(int stages) {
    return new SmallFlattener(SmallFlattener.plan(stages, 2, 2, 4, 3), 2);
  }

  private static EmitRequest request(Path folder, int threads, boolean annotate) {
    return new EmitRequest(folder, "small", threads, annotate, "0.1.0", "sha256:1234");
  }

  private static EmittedFolder write(Path folder, int stages, int threads) throws EmitException {
    return TraceFolder.write(
        flattener(stages), request(folder, threads, false), EmitProgress.SILENT);
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(
            file.getFileName().toString(),
            Files.isDirectory(file)
                ? "folder"
                : Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  @Test
  void theFolderIsWhole() throws IOException {
    EmittedFolder emitted = write(temp.resolve("a/b"), 2, 2);
    Set<String> expected =
        new HashSet<>(
            Set.of(
                "comm_group.json", "manifest.json", "memory.json", "network.yml", "system.json"));
    for (int rank = 0; rank < 8; rank++) {
      expected.add("small." + rank + ".et");
    }
    assertThat(contents(temp.resolve("a/b")).keySet()).isEqualTo(expected);
    assertThat(emitted.folder()).isEqualTo(temp.resolve("a/b"));
    assertThat(emitted.warnings()).isEmpty();
    assertThat(emitted.command())
        .startsWith("AstraSim_Analytical_Congestion_Unaware")
        .contains("--workload-configuration=small", "--comm-group-configuration=comm_group.json");
  }

  @Test
  void bytesDependOnNothingButThePlan() throws IOException {
    write(temp.resolve("one"), 2, 1);
    write(temp.resolve("again"), 2, 1);
    write(temp.resolve("many"), 2, 5);
    Map<String, String> one = contents(temp.resolve("one"));
    assertThat(contents(temp.resolve("again"))).isEqualTo(one);
    assertThat(contents(temp.resolve("many"))).isEqualTo(one);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyFileIsTheTraceOfItsRank(boolean annotate) throws IOException {
    Flattener flattener = flattener(2);
    TraceFolder.write(flattener, request(temp, 2, annotate), EmitProgress.SILENT);
    for (int rank = 0; rank < 8; rank++) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      try (EtWriter writer = new EtWriter(expected, rank, annotate)) {
        flattener.emit(rank, writer);
      }
      assertThat(temp.resolve("small." + rank + ".et")).hasBinaryContent(expected.toByteArray());
    }
  }

  @Test
  void theManifestTellsWhatTheFolderHolds() throws IOException {
    Flattener flattener = flattener(2);
    EmittedFolder emitted =
        TraceFolder.write(flattener, request(temp, 2, false), EmitProgress.SILENT);
    JsonNode manifest = new ObjectMapper().readTree(temp.resolve("manifest.json").toFile());
    assertThat(manifest.get("heddle").asText()).isEqualTo("0.1.0");
    assertThat(manifest.get("input").asText()).isEqualTo("sha256:1234");
    assertThat(manifest.get("model").asText()).isEqualTo("small");
    assertThat(manifest.get("plan").get("mesh").toString())
        .isEqualTo(
            "[{\"name\":\"pp\",\"size\":2},{\"name\":\"dp\",\"size\":2},{\"name\":\"tp\",\"size\":2}]");
    assertThat(manifest.get("plan").get("micro_batches").asInt()).isEqualTo(3);

    JsonNode groups = manifest.get("groups");
    JsonNode commGroups = new ObjectMapper().readTree(temp.resolve("comm_group.json").toFile());
    assertThat(groups.size()).isEqualTo(commGroups.size()).isEqualTo(12);
    for (JsonNode entry : groups) {
      Group group = flattener.groups().byId().get(entry.get("id").asInt());
      assertThat(group).isNotNull();
      assertThat(entry.get("name").asText()).isEqualTo(group.name());
      assertThat(entry.get("axes").get(0).asText()).isEqualTo(group.axes().get(0));
      assertThat(entry.get("members")).isEqualTo(commGroups.get(entry.get("id").asText()));
    }

    JsonNode ranks = manifest.get("ranks");
    assertThat(ranks.size()).isEqualTo(8);
    long nodes = 0;
    long bytes = 0;
    for (int rank = 0; rank < 8; rank++) {
      JsonNode entry = ranks.get(rank);
      assertThat(entry.get("rank").asInt()).isEqualTo(rank);
      assertThat(entry.get("stage").asInt()).isEqualTo(rank / 4);
      assertThat(entry.get("coordinates").toString())
          .isEqualTo("{\"pp\":%d,\"dp\":%d,\"tp\":%d}".formatted(rank / 4, rank / 2 % 2, rank % 2));
      Path file = temp.resolve(entry.get("file").asText());
      assertThat(Files.size(file)).isEqualTo(entry.get("bytes").asLong());
      nodes += entry.get("nodes").asLong();
      bytes += entry.get("bytes").asLong();
    }
    JsonNode counts = manifest.get("counts");
    assertThat(nodes).isEqualTo(emitted.counts().nodes()).isEqualTo(counts.get("nodes").asLong());
    assertThat(bytes).isEqualTo(emitted.traceBytes());
    assertThat(counts.get("trace_bytes").asLong()).isEqualTo(bytes);
    assertThat(counts.get("model_matmul_operations").bigIntegerValue())
        .isEqualTo(emitted.counts().modelMatmulOperations());
  }

  @Test
  void onlyGroupsThatAreUsedAreListed() throws IOException {
    // One stage: the tied embedding has nobody to share with.
    write(temp, 1, 1);
    JsonNode groups = new ObjectMapper().readTree(temp.resolve("comm_group.json").toFile());
    assertThat(groups.size()).isEqualTo(2 + 2);
  }

  @Test
  void filesOfAnEarlierRunGoAndNoOthers() throws IOException {
    write(temp, 4, 2);
    List<String> kept =
        List.of(
            "small.x.et", "small.1.et.bak", "xsmall.9.et", "small2.9.et", "small.-1.et", "notes");
    for (String name : kept) {
      Files.writeString(temp.resolve(name), name);
    }
    Files.writeString(temp.resolve("small.007.et"), "stale");
    Files.writeString(temp.resolve(".small.3.et.999.part"), "killed");
    Files.writeString(temp.resolve(".manifest.json.999.part"), "killed");
    Files.createDirectory(temp.resolve("small.77.et"));

    write(temp, 1, 2);
    Set<String> names = contents(temp).keySet();
    assertThat(names).containsAll(kept).contains("small.77.et");
    assertThat(names)
        .filteredOn(name -> name.matches("small\\.\\d+\\.et"))
        .containsExactlyInAnyOrder(
            "small.0.et", "small.1.et", "small.2.et", "small.3.et", "small.77.et");
    assertThat(names).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void aRunThatFailsLeavesNoManifestAndNoParts() throws IOException {
    write(temp, 1, 1);
    EmitProgress failing =
        (written, ranks, nodes, bytes) -> {
          throw new IllegalStateException("stopped after " + written);
        };
    assertThatThrownBy(() -> TraceFolder.write(flattener(1), request(temp, 2, false), failing))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("stopped after ");
    Set<String> names = contents(temp).keySet();
    assertThat(names).doesNotContain("manifest.json");
    assertThat(names).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void progressCountsEveryRankOnce() throws IOException {
    List<Integer> told = new ArrayList<>();
    List<Long> nodes = new ArrayList<>();
    EmittedFolder emitted =
        TraceFolder.write(
            flattener(2),
            request(temp, 3, false),
            (written, ranks, nodesSoFar, bytes) -> {
              assertThat(ranks).isEqualTo(8);
              told.add(written);
              nodes.add(nodesSoFar);
            });
    assertThat(told).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(nodes.get(7)).isEqualTo(emitted.counts().nodes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "a b", "1a", "a.b", "größe", "a/b", "a\nb"})
  void unsafePrefixesAreRefused(String prefix) {
    EmitRequest request = new EmitRequest(temp.resolve("out"), prefix, 1, false, "", "");
    assertThatThrownBy(() -> TraceFolder.write(flattener(1), request, EmitProgress.SILENT))
        .isInstanceOf(EmitException.class)
        .hasMessageContaining("cannot begin the names of trace files");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void aFileInTheWayIsToldOf() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThatThrownBy(() -> write(file, 1, 1))
        .isInstanceOf(EmitException.class)
        .hasMessage(
            "cannot write to %s: %s is in the way; remove it or choose another folder"
                .formatted(file, file));
  }
}
