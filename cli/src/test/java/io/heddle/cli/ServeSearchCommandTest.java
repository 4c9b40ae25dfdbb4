package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches among fleets of a small model. */
class ServeSearchCommandTest {
  static final String FLEETS =
      """
      cluster rack(gpus = 2) {
        device  toy
        network switch gpus at 100 GB/s latency 500 ns
      }
      plan Prefill of Tiny {
        mesh    tp = 2
        shard   { n f voc over tp }
        prefill 64
        cache   (page = 16)
        on      rack(gpus = tp)
      }
      plan Decode of Tiny {
        mesh   tp = 2
        shard  { n f voc over tp }
        decode 8 (context = 32)
        cache  (page = 16)
        on     rack(gpus = tp)
      }
      serve Busy of Tiny {
        pool     both 1 of Prefill and Decode
        requests poisson 400000 (input = 60, output = 20, spread = 50 %, count = 2000)
        batching vllm (tokens = 128, sequences = 8)
        route    least_loaded
        goal     ttft p99 <= 100 us, tpot p95 <= 10 us
      }
      serve Strict of Tiny {
        pool     both 1 of Prefill and Decode
        requests poisson 1000 (input = 60, output = 20, count = 20)
        batching vllm (tokens = 128, sequences = 8)
        goal     ttft p50 <= 1 ns
      }
      search Cheapest of Busy {
        both.count in any
        both.tp in 1, 2
        batching.tokens in 64, 128
        minimize gpus when gpus <= 16
      }
      search None of Strict {
        both.count in any
        minimize gpus when gpus <= 8
      }
      """;

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void write() {
    file = Execution.write(folder.resolve("fleets.tfm"), Execution.tinyText() + FLEETS);
  }

  private Execution search(Object... more) {
    Object[] arguments = new Object[3 + more.length];
    System.arraycopy(new Object[] {"search", file, "--no-cache"}, 0, arguments, 0, 3);
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Execution.of(arguments);
  }

  @Test
  void theFewestGpusAreFoundAndFewerAreExcludedByTheirWork() {
    Execution found = search("--search", "Cheapest", "--best", 2, "--json");
    assertThat(found.exit()).as(found.err()).isZero();
    JsonNode json = found.json();
    JsonNode best = json.at("/best/0");
    int gpus = best.get("devices").asInt();
    assertThat(gpus).isGreaterThan(1);
    assertThat(best.at("/goals/0/seconds").asDouble()).isLessThanOrEqualTo(100e-6);
    assertThat(best.at("/goals/1/seconds").asDouble()).isLessThanOrEqualTo(10e-6);
    assertThat(json.at("/excluded/goal").asInt()).isPositive();
    assertThat(json.at("/best/1/devices").asInt()).isGreaterThanOrEqualTo(gpus);
    assertThat(
            json.at("/excluded/structure").asInt()
                + json.at("/excluded/goal").asInt()
                + json.at("/excluded/bound").asInt()
                + json.get("simulated").asInt())
        .isEqualTo(json.get("points").asInt())
        .isEqualTo(64);
  }

  /** What a search says of a fleet is what load says of it. */
  @Test
  void aFleetIsServedAsByLoad() {
    JsonNode best = search("--search", "Cheapest", "--best", 1, "--json").json().at("/best/0");
    String changed =
        FLEETS
            .replace("pool     both 1 of", "pool     both " + best.at("/values/both.count") + " of")
            .replace("mesh    tp = 2", "mesh    tp = " + best.at("/values/both.tp"))
            .replace("mesh   tp = 2", "mesh   tp = " + best.at("/values/both.tp"))
            .replace("tokens = 128", "tokens = " + best.at("/values/batching.tokens"));
    Path written = Execution.write(folder.resolve("changed.tfm"), Execution.tinyText() + changed);
    JsonNode load = Execution.of("load", written, "--serve", "Busy", "--no-cache", "--json").json();
    assertThat(load.at("/times/ttft/p99")).isEqualTo(best.at("/goals/0/seconds"));
    assertThat(load.at("/times/tpot/p95")).isEqualTo(best.at("/goals/1/seconds"));
    assertThat(load.at("/goodput")).isEqualTo(best.at("/goodput"));
    assertThat(load.at("/devices")).isEqualTo(best.at("/devices"));
  }

  @Test
  void threadsChangeNothingAndASeedOtherRequests() {
    String once = search("--search", "Cheapest", "--threads", 1).out();
    assertThat(search("--search", "Cheapest", "--threads", 3).out()).isEqualTo(once);
    assertThat(search("--search", "Cheapest", "--seed", 5).out()).isNotEqualTo(once);
    assertThat(once)
        .startsWith("search Cheapest of Busy: minimize gpus when gpus <= 16\n")
        .containsPattern(
            "both.count  both.tp  batching.tokens  GPUs +ttft p99 +tpot p95  goodput/s")
        .containsPattern("64 points: \\d+ are no fleets, \\d+ cannot reach a goal, ");
  }

  @Test
  void goalsThatNobodyReachesAreToldWithoutSimulation() {
    Execution none = search("--search", "None");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.out())
        .contains("no fleet\n")
        .contains(
            "8 points: 4 are no fleets, 4 cannot reach a goal, 0 are excluded by their bound, 0 simulated");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--near=2%", "--memory=8GiB", "--set=tp=1"})
  void optionsForPlansAreRefused(String option) {
    Execution refused = search("--search", "Cheapest", option);
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("search Cheapest looks among fleets");
  }
}
