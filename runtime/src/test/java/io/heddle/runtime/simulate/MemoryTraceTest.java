package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.runtime.simulate.memory.MemoryTrace;
import io.heddle.runtime.simulate.memory.RankMemory;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The files in which AstraSim says what each rank held, and when. */
class MemoryTraceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<TreeMap<String, Object>> SORTED = new TypeReference<>() {};

  private static final class Traces implements SimulationObserver {
    final TreeMap<Integer, JsonNode> byRank = new TreeMap<>();

    @Override
    public void completed(
        int rank,
        long node,
        NodeKind kind,
        int collective,
        int group,
        long issued,
        long completed,
        long exposed) {}

    @Override
    public void held(RankMemory memory) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try {
        MemoryTrace.write(memory, out);
        byRank.put(memory.rank(), JSON.readTree(out.toByteArray()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Path recorded(GoldenCase golden, Backend backend) {
    String name = backend == Backend.CONGESTION_AWARE ? "created_aware" : "created_unaware";
    return golden.folder().resolve(name);
  }

  static List<Arguments> runs() {
    List<Arguments> runs = new ArrayList<>();
    for (GoldenCase golden : GoldenCase.all()) {
      for (Backend backend : Backend.values()) {
        if (golden.astraSimAnswers(backend) && Files.exists(recorded(golden, backend))) {
          runs.add(Arguments.of(golden, backend));
        }
      }
    }
    return runs;
  }

  @ParameterizedTest
  @MethodSource("runs")
  void areThoseOfAstraSim(GoldenCase golden, Backend backend) throws IOException {
    Traces traces = new Traces();
    SimulationResult result =
        new Simulator(golden.input(), golden.options(backend)).run(golden.workload(), traces);
    assertThat(result.diagnosis()).isEmpty();
    int files = 0;
    for (int rank = 0; rank < golden.workload().ranks(); rank++) {
      Path file = recorded(golden, backend).resolve("local_mem_trace." + rank + ".json");
      assertThat(traces.byRank.containsKey(rank)).isEqualTo(Files.exists(file));
      if (Files.exists(file)) {
        files++;
        assertThat(events(traces.byRank.get(rank)))
            .isEqualTo(events(JSON.readTree(Files.readAllBytes(file))));
      }
    }
    assertThat(files).isPositive();
  }

  @Test
  void allRecordedFilesAreCompared() {
    assertThat(runs()).hasSize(14);
  }

  /** The order of tensors, and so their numbers, is not specified. */
  private static List<String> events(JsonNode trace) {
    List<String> events = new ArrayList<>();
    for (JsonNode event : trace.get("traceEvents")) {
      if (!event.path("cat").asText().equals("tensorHeatmap")) {
        ((ObjectNode) event).remove("tid");
      }
      events.add(JSON.convertValue(event, SORTED).toString());
    }
    return events.stream().sorted().toList();
  }
}
