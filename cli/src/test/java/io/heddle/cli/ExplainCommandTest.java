package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  private static final String LANE = "\ncommunication lane, ";

  @TempDir private Path folder;

  @Test
  void printsTheProgramOfARank() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--plan", "Desk8");
    assertThat(explain.exit()).isZero();
    assertThat(explain.err()).isEmpty();
    assertThat(explain.out())
        .contains("plan Desk8 of Tiny", "attention, forward", "attention, backward")
        .contains("all-gather", "reduce-scatter", "over tp (2)");
  }

  @Test
  void thePlanNeedNotFitItsCluster() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--set", "tp=4");
    assertThat(explain.exit()).isZero();
    assertThat(explain.err()).contains("warning[TFM3020]").doesNotContain("error");
    assertThat(explain.out()).contains("over tp (4)");
  }

  private static String drawing(Path file, String settings) {
    Execution explain = Execution.of("explain", file, "--schedule", "--set", settings);
    assertThat(explain.err()).isEmpty();
    assertThat(explain.exit()).isZero();
    assertThat(explain.out()).contains(LANE);
    return explain.out().substring(0, explain.out().indexOf(LANE));
  }

  @Test
  void showsWhatHoldsTheLaneInItsOrder() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--schedule");
    String text = explain.out();
    assertThat(text.substring(text.indexOf(LANE)))
        .isEqualTo(
            """

            communication lane, in its order; times are those for which it is held if nobody has to be waited for

            stage 0, rank 0
              F0 to F3  9 tp 10.059 us, stream.send 8.192 kB 4.819 us
              B0 to B3  13 tp 14.433 us
              step      reduce.tp 1.024 kB 2.040 us, scatter.dp 328.704 kB 21.070 us, gather.weights.dp 82.176 kB 12.237 us

            stage 1, rank 4
              F0 to F3  12 tp 16.131 us
              B0 to B3  14 tp 15.564 us, stream.send 8.192 kB 4.819 us
              step      reduce.tp 1.280 kB 2.042 us, scatter.dp 328.960 kB 21.083 us, gather.weights.dp 82.240 kB 12.244 us
            """);
  }

  /** Layers that are alike stand there once. */
  @Test
  void foldsWhatComesAgainAndAgain() {
    String plan =
        Execution.tinyText()
            .replace("adam sharded over dp", "adam sharded over dp reduce per layer")
            .replace("layers = 4", "layers = 24");
    Path file = Execution.write(folder.resolve("buckets.tfm"), plan);
    String text = Execution.of("explain", file, "--schedule").out();
    assertThat(text)
        .contains("B0 to B2  73 tp ", ", 11 x (scatter.dp 98.816 kB 9.143 us, 6 tp 6.666 us), ")
        .doesNotContain("step      reduce.tp 3.072 kB 2.063 us, scatter.dp");
    assertThat(text.substring(text.indexOf(LANE)).lines()).allMatch(line -> line.length() <= 130);
  }

  /** Where the plan has no machine, nothing is said of the lane. */
  @Test
  void aPlanThatDoesNotFitItsClusterHasNoLane() {
    Path tiny = Execution.tiny(folder);
    Execution text = Execution.of("explain", tiny, "--schedule", "--set", "tp=4");
    assertThat(text.exit()).isZero();
    assertThat(text.out()).contains("slots 0 to 9").doesNotContain(LANE);
    Execution json = Execution.of("explain", tiny, "--schedule", "--json", "--set", "tp=4");
    assertThat(json.json().path("stages").path(0).path("lane").isNull()).isTrue();
  }

  @Test
  void givesTheLaneAsJson() {
    JsonNode json = Execution.of("explain", Execution.tiny(folder), "--schedule", "--json").json();
    JsonNode lane = json.path("stages").path(1).path("lane");
    assertThat(lane.path("rank").asInt()).isEqualTo(4);
    assertThat(lane.path("parts")).hasSize(3);
    JsonNode backward = lane.path("parts").path(1);
    assertThat(backward.path("passes")).hasSize(4);
    assertThat(backward.path("passes").path(3).path("kind").asText()).isEqualTo("backward");
    JsonNode tensor = backward.path("entries").path(0);
    assertThat(tensor.path("use").asText()).isEqualTo("model");
    assertThat(tensor.path("nodes").asInt()).isEqualTo(14);
    assertThat(tensor.path("axes").path(0).asText()).isEqualTo("tp");
    assertThat(backward.path("entries").path(1).path("use").asText()).isEqualTo("stage");
    JsonNode step = lane.path("parts").path(2);
    assertThat(step.path("passes")).isEmpty();
    assertThat(step.path("entries").path(1).path("collective").asText())
        .isEqualTo("reduce_scatter");
  }

  @Test
  void drawsTheSchedule() {
    Path tiny = Execution.tiny(folder);
    assertThat(drawing(tiny, "batch=8"))
        .isEqualTo(
            """
            plan Desk8 of Tiny: one_f_one_b, 2 stages, 4 micro-batches
            F forward, B backward, with micro-batch; each takes one slot, messages none
            | ends warm-up (forward only) and steady state

            stage  in flight  warm-up  steady  cool-down   slots 0 to 9
                0          2        2       4          2   F0 F1 . |B0 F2 B1 F3|B2 .  B3
                1          1        1       6          1   .  F0|B0 F1 B1 F2 B2 F3|B3 .
            """);
    assertThat(drawing(tiny, "batch=8,layers=4,schedule=interleaved,chunks=2"))
        .isEqualTo(
            """
            plan Desk8 of Tiny: interleaved(chunks = 2), 2 stages, 4 micro-batches
            F forward, B backward, with micro-batch.chunk; each takes one slot, messages none
            | ends warm-up (forward only) and steady state

            stage  in flight  warm-up  steady  cool-down   slots 0 to 17
                0          5        5       6          5   F0.0 F1.0 F0.1 F1.1 F2.0|B0.1 F3.0 B1.1 F2.1 B0.0 F3.1|B1.0 .    B2.1 .    B3.1 B2.0 B3.0
                1          3        3      10          3   .    F0.0 F1.0 F0.1|B0.1 F1.1 B1.1 F2.0 B0.0 F3.0 B1.0 F2.1 B2.1 F3.1|B3.1 B2.0 B3.0 .
            """);
    assertThat(drawing(tiny, "batch=6,schedule=zero_bubble"))
        .isEqualTo(
            """
            plan Desk8 of Tiny: zero_bubble, 2 stages, 3 micro-batches
            F forward, B backward of inputs, W of weights, with micro-batch; each takes one slot, messages none
            | ends warm-up (forward only) and steady state

            stage  in flight  warm-up  steady  cool-down   slots 0 to 9
                0          2        2       3          4   F0 F1 . |B0 W0 F2|B1 W1 B2 W2
                1          2        1       5          3   .  F0|B0 F1 B1 W0 F2|B2 W1 W2
            """);
  }

  @Test
  void abbreviatesALongSchedule() {
    String text = drawing(Execution.tiny(folder), "batch=2000");
    assertThat(text).contains("1,000 micro-batches", "slots 0 to 2,001", " F0 ", " ... ", "B999");
    assertThat(text.lines()).allMatch(line -> line.length() < 200);
  }

  @Test
  void givesEveryPassOfTheScheduleAsJson() {
    JsonNode json = Execution.of("explain", Execution.tiny(folder), "--schedule", "--json").json();
    assertThat(json.path("schedule").asText()).isEqualTo("one_f_one_b");
    assertThat(json.path("slots").asInt()).isEqualTo(2 * 4 + 2);
    assertThat(json.path("stages")).hasSize(2);
    JsonNode first = json.path("stages").path(0);
    assertThat(first.path("in_flight").asInt()).isEqualTo(2);
    assertThat(first.path("passes")).hasSize(8);
    assertThat(first.path("passes").path(7).path("kind").asText()).isEqualTo("backward");
    assertThat(first.path("passes").path(7).path("slot").asInt()).isEqualTo(9);
  }

  @Test
  void aScheduleThatIsTooLongToDrawIsRefused() {
    Execution explain =
        Execution.of("explain", Execution.tiny(folder), "--schedule", "--set", "batch=2000000");
    assertThat(explain.exit()).isEqualTo(1);
    assertThat(explain.err()).contains("too many micro-batches");
  }

  @Test
  void jsonIsOfTheScheduleAlone() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--json");
    assertThat(explain.exit()).isEqualTo(2);
    assertThat(explain.err()).contains("--json needs --schedule");
  }

  @Test
  void aScheduleThatIsSetIsCheckedAsIfItWereWritten() {
    Path tiny = Execution.tiny(folder);
    Execution odd =
        Execution.of("explain", tiny, "--set", "schedule=interleaved,chunks=2,layers=4,batch=6");
    assertThat(odd.exit()).isEqualTo(1);
    assertThat(odd.err()).contains("error[TFM4005]", "3 do not divide by 2");
    Execution open = Execution.of("explain", tiny, "--set", "schedule=interleaved");
    assertThat(open.exit()).isEqualTo(1);
    assertThat(open.err()).contains("error[TFM2008]", "`interleaved` takes `chunks`");
    Execution none = Execution.of("explain", tiny, "--set", "chunks=2");
    assertThat(none.err()).contains("error[TFM1004]", "`chunks`");
  }

  @Test
  void whatMakesNoSenseAnywhereStaysAnError() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--set", "tp=16");
    assertThat(explain.exit()).isEqualTo(1);
    assertThat(explain.err()).contains("error[TFM3002]");
    assertThat(explain.out()).isEmpty();
  }
}
