package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the real AstraSim answered, tick for tick. */
class GoldenTest {
  /** Where AstraSim only fails, and there is nothing wrong with the input. */
  private static final Set<String> JUST_WORK = Set.of("p2p_basic_ring2");

  private static final Set<String> AVERAGES =
      Set.of(
          "compute_bound_pct", "avg_compute_util_pct", "avg_memory_util_pct", "avg_op_intensity");

  /** How the first line of the diagnosis begins, of each case that stalls. */
  private static final Map<String, String> STALLS =
      Map.of(
          "custom_p2p_key_clash",
          "rank 0 issued all-reduce 2 of 1048576 bytes in the group of all ranks, which waits in"
              + " receive 1 of algo.0.et (40000 bytes with tag 0 from rank 3)",
          "custom_unmatched_recv",
          "rank 3 issued all-reduce 0 of 1048576 bytes in the group of all ranks, which waits in"
              + " receive 6 of algo.3.et (55 bytes with tag 9 from rank 0)",
          "node_trailing_zero",
          "rank 0: nothing is under way",
          "edge_coll_only_some_ranks",
          "rank 0 issued all-reduce 0 of 1048576 bytes in the group of all ranks, which rank 2 has"
              + " not issued; rank 2 has finished without it",
          "edge_cycle",
          "rank 0: nodes wait for each other in a circle: 2 waits for 1 waits for 2 (",
          "edge_invalid_root",
          "rank 0: nothing is under way, and AstraSim looks for free nodes only when something",
          "edge_roofline_tensor0",
          "rank 0: nothing is under way, and AstraSim looks for free nodes only when something",
          "rapid_llama7b_8_stalls",
          "rank 0 waits in receive 2 for 1 bytes with tag 12 from rank 1, but rank 1 sent 1 bytes"
              + " with tag 11, which nobody asked for; also in receive 5 for 1 bytes with tag 26");

  static List<Arguments> runs() {
    List<Arguments> runs = new ArrayList<>();
    for (GoldenCase golden : GoldenCase.all()) {
      for (Backend backend : Backend.values()) {
        runs.add(Arguments.of(golden, backend));
      }
    }
    return runs;
  }

  @ParameterizedTest
  @MethodSource("runs")
  void answersAsAstraSimDoes(GoldenCase golden, Backend backend) throws IOException {
    RecordedTimeline timeline = new RecordedTimeline();
    SimulationResult result;
    try {
      result =
          new Simulator(golden.input(), golden.options(backend)).run(golden.workload(), timeline);
    } catch (IOException e) {
      assertThat(golden.astraSimAnswers(backend)).as(e.getMessage()).isFalse();
      return;
    }
    if (golden.astraSimAnswers(backend)) {
      assertThat(result.diagnosis()).isEmpty();
      assertThat(recorded(statistics(result), golden.result(backend)))
          .isEqualTo(statistics(golden.result(backend)));
      if (golden.result(backend).has("timeline")) {
        assertThat(timeline.ranks).isEqualTo(timeline(golden.result(backend)));
      }
    } else if (justWorks(golden, backend)) {
      assertThat(result.diagnosis()).isEmpty();
      assertThat(result.status()).isEqualTo(SimulationResult.Status.OK);
    } else {
      assertThat(result.status()).isNotEqualTo(SimulationResult.Status.OK);
      assertThat(result.diagnosis()).isNotEmpty().allSatisfy(line -> assertThat(line).isNotBlank());
      boolean stalled = result.status() == SimulationResult.Status.STALLED;
      assertThat(STALLS.containsKey(golden.name())).isEqualTo(stalled);
      if (stalled) {
        assertThat(result.diagnosis().get(0)).startsWith(STALLS.get(golden.name()));
      }
      if (stalled && golden.result(backend).has("ranks")) {
        assertThat(statistics(result)).isEqualTo(statistics(golden.result(backend)));
      }
    }
  }

  @Test
  void allOfWhatAstraSimAnsweredIsThere() {
    List<JsonNode> answers = new ArrayList<>();
    for (GoldenCase golden : GoldenCase.all()) {
      for (Backend backend : Backend.values()) {
        if (golden.astraSimAnswers(backend)) {
          answers.add(golden.result(backend));
        }
      }
    }
    assertThat(GoldenCase.all()).hasSize(222);
    assertThat(answers).hasSize(282);
    assertThat(answers.stream().filter(answer -> answer.has("timeline"))).hasSize(278);
  }

  private static boolean justWorks(GoldenCase golden, Backend backend) {
    boolean refusedForItsDimensions =
        backend == Backend.CONGESTION_AWARE
            && golden.result(backend).get("rc").asInt() == 255
            && golden.astraSimAnswers(Backend.CONGESTION_UNAWARE);
    return refusedForItsDimensions || JUST_WORK.contains(golden.name());
  }

  private static Map<Integer, Map<String, String>> statistics(SimulationResult result) {
    Map<Integer, Map<String, String>> all = new TreeMap<>();
    for (RankResult rank : result.ranks()) {
      Map<String, String> one = new TreeMap<>();
      one.put("cycles", Long.toUnsignedString(rank.cycles()));
      one.put("exposed_comm", Long.toUnsignedString(rank.exposedCommunication()));
      put(one, "wall_time", rank.wallTime());
      put(one, "comm_time", rank.communicationTime());
      put(one, "gpu_time", rank.computeTime());
      put(one, "comp_comm_overlap", rank.overlap());
      rank.roofline()
          .ifPresent(
              averages -> {
                put(one, "compute_bound_pct", averages.computeBound());
                put(one, "avg_compute_util_pct", averages.computeUtilization());
                put(one, "avg_memory_util_pct", averages.memoryUtilization());
                put(one, "avg_op_intensity", averages.operationIntensity());
              });
      rank.peakMemory().ifPresent(peak -> one.put("peak_memory", peak));
      all.put(rank.rank(), one);
    }
    return all;
  }

  /** Without the averages of the roofline, where they were not recorded. */
  private static Map<Integer, Map<String, String>> recorded(
      Map<Integer, Map<String, String>> statistics, JsonNode expected) {
    if (!expected.get("ranks").toString().contains("avg_")) {
      statistics.values().forEach(rank -> rank.keySet().removeAll(AVERAGES));
    }
    return statistics;
  }

  private static void put(Map<String, String> to, String key, OptionalLong value) {
    value.ifPresent(present -> to.put(key, Long.toUnsignedString(present)));
  }

  private static void put(Map<String, String> to, String key, double value) {
    OptionalDouble.of(value).ifPresent(v -> to.put(key, String.format(Locale.ROOT, "%.3f", v)));
  }

  private static Map<Integer, Map<String, String>> statistics(JsonNode expected) {
    Map<Integer, Map<String, String>> all = new TreeMap<>();
    for (Map.Entry<String, JsonNode> rank : expected.get("ranks").properties()) {
      Map<String, String> one = new TreeMap<>();
      rank.getValue()
          .properties()
          .forEach(
              e ->
                  one.put(
                      e.getKey().equals("overlap") ? "comp_comm_overlap" : e.getKey(),
                      e.getValue().asText()));
      all.put(Integer.valueOf(rank.getKey()), one);
    }
    return all;
  }

  private static Map<Integer, Map<String, String>> timeline(JsonNode expected) {
    Map<Integer, Map<String, String>> all = new TreeMap<>();
    for (Map.Entry<String, JsonNode> rank : expected.get("timeline").properties()) {
      Map<String, String> one = new TreeMap<>();
      for (Map.Entry<String, JsonNode> node : rank.getValue().properties()) {
        one.put(
            node.getKey(),
            node.getValue().get(0).asText() + ".." + node.getValue().get(1).asText());
      }
      all.put(Integer.valueOf(rank.getKey()), one);
    }
    return all;
  }
}
