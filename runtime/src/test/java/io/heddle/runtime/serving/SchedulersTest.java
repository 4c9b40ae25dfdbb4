package io.heddle.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.serving.BatchPolicy;
import io.heddle.plan.serving.Goal;
import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.Speculation;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Steps of each engine's rules, worked out by hand. All requests arrive at 0; a step takes 10. */
class SchedulersTest {
  private final RecordedSteps steps = new RecordedSteps(10);

  private LoadResult run(BatchPolicy policy, BatchLimits limits, int[]... lengths) {
    long[] arrivals = new long[lengths.length];
    int[] inputs = new int[lengths.length];
    int[] outputs = new int[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      inputs[i] = lengths[i][0];
      outputs[i] = lengths[i][1];
    }
    return run(policy, limits, Requests.open(arrivals, inputs, outputs, Requests.Prefixes.NONE));
  }

  private LoadResult run(BatchPolicy policy, BatchLimits limits, Requests requests) {
    FleetSetup fleet =
        new FleetSetup(
            policy,
            Routing.ROUND_ROBIN,
            List.of(new PoolSetup(Role.BOTH, 1, 1, 1, limits, steps)),
            Optional.empty());
    return LoadSimulation.run(requests, fleet, done -> {});
  }

  private static int[] request(int input, int output) {
    return new int[] {input, output};
  }

  /** A prompt of 6 is cut at 4 tokens; what is left of the budget goes to the next prompt. */
  @Test
  void vllmCutsPromptsAtTheBudget() {
    LoadResult result =
        run(BatchPolicy.VLLM, new BatchLimits(4, 8, 100, 2), request(6, 3), request(3, 2));
    assertThat(steps.steps()).containsExactly("1p4/10", "2p4/14", "2d8", "2d10");
    assertThat(result.ttft(0)).isEqualTo(20e-9);
    assertThat(result.ttft(1)).isEqualTo(30e-9);
    assertThat(result.endToEnd(0)).isEqualTo(40e-9);
    assertThat(result.endToEnd(1)).isEqualTo(40e-9);
  }

  /** All guesses are accepted: three tokens a step, as far as the request goes. */
  @Test
  void acceptedGuessesAreDrawnTogether() {
    for (BatchPolicy policy : BatchPolicy.values()) {
      steps.steps().clear();
      BatchLimits limits = new BatchLimits(64, 8, 100, 2, new Speculation(2, 1));
      LoadResult result = run(policy, limits, request(4, 9));
      assertThat(steps.steps()).as(policy.word()).containsExactly("1p4/10", "1d4", "1d7", "1d10");
      assertThat(result.endToEnd(0)).isEqualTo(40e-9);
      // Of the last step's three tokens the request wants two.
      assertThat(result.tokensOfVerified()).isCloseTo(8 / 3.0, within(1e-9));
      assertThat(result.distribution(Goal.Metric.ITL).count()).isEqualTo(8);
      assertThat(result.distribution(Goal.Metric.ITL).most()).isEqualTo(10e-9);
    }
  }

  /** The cache forgets guesses that are refused: contexts grow by one token a step. */
  @Test
  void refusedGuessesLeaveNothing() {
    for (BatchPolicy policy : BatchPolicy.values()) {
      steps.steps().clear();
      BatchLimits limits = new BatchLimits(64, 8, 100, 2, new Speculation(3, 0));
      run(policy, limits, request(4, 4));
      assertThat(steps.steps()).as(policy.word()).containsExactly("1p4/10", "1d4", "1d5", "1d6");
    }
  }

  /** Pages are taken for guesses, too: 4 of 2 tokens have no room for 6 + 3. */
  @Test
  void guessesTakePages() {
    Speculation guesses = new Speculation(3, 0.5);
    assertThat(
            run(BatchPolicy.VLLM, new BatchLimits(64, 8, 4, 2, guesses), request(4, 3)).rejected())
        .isOne();
    assertThat(
            run(BatchPolicy.VLLM, new BatchLimits(64, 8, 5, 2, guesses), request(4, 3)).rejected())
        .isZero();
    assertThat(run(BatchPolicy.VLLM, new BatchLimits(64, 8, 3, 2), request(4, 3)).rejected())
        .isZero();
  }

  /** Two requests outgrow 4 pages of 2: the second is preempted and computed again. */
  @Test
  void vllmPreemptsTheLastAndAdmitsNobodyInThatStep() {
    LoadResult result =
        run(
            BatchPolicy.VLLM,
            new BatchLimits(64, 8, 4, 2),
            request(4, 4),
            request(4, 3),
            request(1, 1));
    assertThat(steps.steps())
        .containsExactly(
            "2p8/20", // both prompts: all 4 pages; the third has none
            "1d4", // the first takes a page: the second is preempted, the third not admitted
            "1d5", // 3 pages: 1 is left, 3 are needed for the 5 tokens of the second
            "1d6", // the first ends
            "2p6/16", // the second again, from its first token, and the third
            "1d5");
    assertThat(result.preemptions(1)).isEqualTo(1);
    assertThat(result.preemptions()).isEqualTo(1);
  }

  /** A prompt that comes is computed before those that run draw on. */
  @Test
  void sglangComputesPromptsFirst() {
    Requests requests =
        Requests.open(
            new long[] {0, 5}, new int[] {4, 4}, new int[] {3, 2}, Requests.Prefixes.NONE);
    LoadResult result = run(BatchPolicy.SGLANG, new BatchLimits(64, 8, 100, 1), requests);
    assertThat(steps.steps()).containsExactly("1p4/10", "1p4/10", "2d8", "1d5");
    assertThat(result.endToEnd(0)).isEqualTo(40e-9);
  }

  /** A prompt that is cut goes on before others, and nobody decodes meanwhile. */
  @Test
  void sglangGoesOnWithThePromptThatItCut() {
    run(BatchPolicy.SGLANG, new BatchLimits(4, 8, 100, 1), request(2, 2), request(6, 2));
    assertThat(steps.steps()).containsExactly("2p4/6", "1p4/18", "2d8");
  }

  /**
   * A prompt is cut at a page: of 100 tokens 4 are left, and no other prompt begins with them. One
   * that goes on takes the whole budget, and its end leaves room for the next: 80 tokens of 84
   * behind 4 in a page, 64 of 68 behind 20 in two.
   */
  @Test
  void sglangCutsOnePromptInAStep() {
    run(
        BatchPolicy.SGLANG,
        new BatchLimits(100, 8, 200, 16),
        request(500, 2),
        request(300, 2),
        request(300, 2));
    assertThat(steps.steps().stream().map(step -> step.replaceAll("/\\d+", "")).toList())
        .containsExactly(
            "1p96", "1p100", "1p100", "1p100", "1p100", "2p84", "1p100", "1p100", "2p84", "1p100",
            "1p100", "1p36", "3d1100");
  }

  /** Behind a prompt that is cut nobody is admitted, even with a prompt that would fit. */
  @Test
  void sglangAdmitsNobodyBehindAPromptThatItCuts() {
    run(BatchPolicy.SGLANG, new BatchLimits(100, 8, 200, 16), request(190, 2), request(3, 2));
    assertThat(steps.steps()).containsExactly("1p96/4656", "2p97/13495", "2d193");
  }

  /** What whole prompts leave of the budget is less than a page: the next waits for a step. */
  @Test
  void sglangBeginsNoPromptWithLessThanAPage() {
    run(
        BatchPolicy.SGLANG,
        new BatchLimits(100, 8, 200, 16),
        request(90, 2),
        request(50, 2),
        request(20, 2));
    assertThat(steps.steps()).containsExactly("1p90/4095", "2p70/1485", "3d160");
  }

  /** A prompt that is cut and lacks one token goes on like any other that is cut. */
  @Test
  void sglangGoesOnWithThePromptThatLacksOneToken() {
    run(BatchPolicy.SGLANG, new BatchLimits(4, 8, 100, 1), request(5, 2), request(2, 2));
    assertThat(steps.steps()).containsExactly("1p4/10", "1p2/3 1d4", "2d7");
  }

  /**
   * The second of two requests that take 31 of 55 pages each is admitted, since 0.7 of what the
   * first may draw is counted on. When both have all pages, it is retracted, having drawn 26
   * tokens, and computed again behind the end of the first.
   */
  @Test
  void sglangRetractsWhatHasDrawnLeast() {
    Requests requests =
        Requests.open(
            new long[] {0, 15}, new int[] {2, 2}, new int[] {30, 30}, Requests.Prefixes.NONE);
    LoadResult result = run(BatchPolicy.SGLANG, new BatchLimits(64, 8, 55, 1), requests);
    assertThat(result.preemptions(0)).isZero();
    assertThat(result.preemptions(1)).isEqualTo(1);
    assertThat(result.endToEnd(0)).isEqualTo(310e-9);
    assertThat(steps.steps())
        .containsSubsequence("2d53", "1d28", "1d29", "1d30", "1p28/406", "1d28");
    assertThat(result.endToEnd(1)).isEqualTo(335e-9);
  }

  /** 8 pages of 1: the first takes 5 to its end, so that the second, which takes 4, waits. */
  @Test
  void trtllmAdmitsWhatCertainlyEnds() {
    LoadResult result =
        run(BatchPolicy.TRTLLM, new BatchLimits(64, 8, 8, 1), request(2, 4), request(2, 3));
    assertThat(steps.steps()).containsExactly("1p2/3", "1d2", "1d3", "1d4", "1p2/3", "1d2", "1d3");
    assertThat(result.preemptions()).isZero();
    assertThat(result.queued(1)).isEqualTo(40e-9);
  }

  /** The same with what fits now: the second is paused when there is no page for it. */
  @Test
  void trtllmPausesTheLastWhereItUsesAllPages() {
    LoadResult result =
        run(
            BatchPolicy.TRTLLM_MAX_UTILIZATION,
            new BatchLimits(64, 8, 7, 1),
            request(2, 4),
            request(2, 3));
    assertThat(steps.steps()).containsExactly("2p4/6", "2d4", "1d3", "1d4", "1p4/10");
    assertThat(result.preemptions(1)).isEqualTo(1);
  }

  /** A batch is computed until its longest request ends, at its full size. */
  @Test
  void staticBatchesEndTogether() {
    LoadResult result =
        run(
            BatchPolicy.STATIC,
            new BatchLimits(64, 2, 100, 1),
            request(2, 4),
            request(3, 2),
            request(1, 1));
    assertThat(steps.steps()).containsExactly("2p5/9", "2d5", "2d7", "2d9", "1p1/1");
    assertThat(result.endToEnd(1)).isEqualTo(20e-9);
    assertThat(result.ttft(2)).isEqualTo(50e-9);
  }

  /** The second prompt begins with 4 tokens of the first, which the cache has. */
  @Test
  void blocksOfPromptsAreComputedOnce() {
    Requests.Prefixes prefixes =
        new Requests.Prefixes(2, new int[] {0, 2, 5}, new int[] {0, 1, 0, 1, 2});
    Requests requests =
        Requests.open(new long[] {0, 50}, new int[] {5, 6}, new int[] {2, 2}, prefixes);
    LoadResult result = run(BatchPolicy.VLLM, new BatchLimits(64, 8, 10, 2), requests);
    assertThat(steps.steps()).containsExactly("1p5/15", "1d5", "1p2/11", "1d6");
    assertThat(result.cachedTokens()).isEqualTo(4);
    assertThat(result.computedTokens()).isEqualTo(7);
  }

  /** A prompt that the cache has to its last token computes its last block again. */
  @Test
  void somethingOfEachPromptIsComputed() {
    Requests.Prefixes prefixes =
        new Requests.Prefixes(2, new int[] {0, 2, 4}, new int[] {0, 1, 0, 1});
    Requests requests =
        Requests.open(new long[] {0, 50}, new int[] {4, 4}, new int[] {1, 1}, prefixes);
    run(BatchPolicy.VLLM, new BatchLimits(64, 8, 10, 2), requests);
    assertThat(steps.steps()).containsExactly("1p4/10", "1p2/7");
  }

  /** Blocks that nobody uses are lost to who needs their pages, those freed first at first. */
  @Test
  void blocksAreLostWhenTheirPagesAreTaken() {
    Requests.Prefixes prefixes =
        new Requests.Prefixes(1, new int[] {0, 2, 5, 7}, new int[] {0, 1, 2, 3, 4, 0, 1});
    Requests requests =
        Requests.open(new long[] {0, 50, 100}, new int[] {2, 3, 2}, new int[] {1, 1, 1}, prefixes);
    LoadResult result = run(BatchPolicy.VLLM, new BatchLimits(64, 8, 4, 1), requests);
    // Two pages are free and one is taken from the first prompt: its last block, freed first.
    assertThat(result.cachedTokens()).isEqualTo(1);
  }

  /** Tokens travel at 1 byte a ns: 4 of them take 4, and 3 of latency. */
  @Test
  void twoPoolsHandTheCacheOn() {
    BatchLimits limits = new BatchLimits(64, 8, 100, 1);
    FleetSetup fleet =
        new FleetSetup(
            BatchPolicy.VLLM,
            Routing.ROUND_ROBIN,
            List.of(
                new PoolSetup(Role.PREFILL, 1, 1, 1, limits, steps),
                new PoolSetup(Role.DECODE, 1, 1, 1, limits, steps)),
            Optional.of(new TransferLine(1, 1e9, 3, 0)));
    Requests requests =
        Requests.open(
            new long[] {0, 0}, new int[] {4, 4}, new int[] {3, 1}, Requests.Prefixes.NONE);
    LoadResult result = LoadSimulation.run(requests, fleet, done -> {});
    assertThat(steps.steps()).containsExactly("2p8/20", "1d4", "1d5");
    assertThat(result.ttft(0)).isEqualTo(17e-9);
    assertThat(result.endToEnd(0)).isEqualTo(37e-9);
    assertThat(result.endToEnd(1)).isEqualTo(10e-9);
  }

  /** Sent layer by layer, all but the last of 4 layers travels while the prompt is computed. */
  @Test
  void aCacheTravelsWhileItIsComputed() {
    TransferLine line = new TransferLine(1, 1e9, 3, 4);
    assertThat(line.end(8, 0, 100, 110)).isEqualTo(112);
    assertThat(line.end(80, 0, 100, 110)).isEqualTo(180);
    assertThat(line.end(8, 200, 100, 110)).isEqualTo(208);
  }

  /** Room for one cache: the second prompt is computed, and waits until the first has ended. */
  @Test
  void promptsWaitForRoomWhereTokensAreDrawn() {
    BatchLimits all = new BatchLimits(64, 8, 100, 1);
    FleetSetup fleet =
        new FleetSetup(
            BatchPolicy.VLLM,
            Routing.ROUND_ROBIN,
            List.of(
                new PoolSetup(Role.PREFILL, 1, 1, 1, all, steps),
                new PoolSetup(Role.DECODE, 1, 1, 1, new BatchLimits(64, 1, 100, 1), steps)),
            Optional.of(new TransferLine(0, 1, 0, 0)));
    Requests requests =
        Requests.open(
            new long[] {0, 0}, new int[] {4, 4}, new int[] {3, 3}, Requests.Prefixes.NONE);
    LoadResult result = LoadSimulation.run(requests, fleet, done -> {});
    assertThat(result.endToEnd(0)).isEqualTo(30e-9);
    assertThat(result.ttft(1)).isEqualTo(30e-9);
    assertThat(result.endToEnd(1)).isEqualTo(50e-9);
  }

  /** Replicas in lockstep: both steps last as long as the slower. */
  @Test
  void theSlowestReplicaSaysHowLongAStepTakes() {
    StepTimes byTokens = sums -> 10 * sums.newTokens() + sums.decodes();
    FleetSetup fleet =
        new FleetSetup(
            BatchPolicy.VLLM,
            Routing.ROUND_ROBIN,
            List.of(new PoolSetup(Role.BOTH, 1, 2, 2, new BatchLimits(64, 8, 100, 1), byTokens)),
            Optional.empty());
    Requests requests =
        Requests.open(
            new long[] {0, 0}, new int[] {4, 7}, new int[] {2, 1}, Requests.Prefixes.NONE);
    LoadResult result = LoadSimulation.run(requests, fleet, done -> {});
    assertThat(result.ttft(0)).isEqualTo(70e-9);
    assertThat(result.ttft(1)).isEqualTo(70e-9);
    assertThat(result.endToEnd(0)).isEqualTo(71e-9);
  }

  /** Users send the next request when the last is answered. */
  @Test
  void aClosedLoopHoldsItsConcurrency() {
    Requests requests = Requests.closed(2, new int[] {1, 1, 1}, new int[] {1, 2, 1});
    LoadResult result = run(BatchPolicy.VLLM, new BatchLimits(64, 8, 100, 1), requests);
    assertThat(steps.steps()).containsExactly("2p2/2", "1p1/1 1d1");
    assertThat(result.arrival(2)).isEqualTo(10e-9);
  }

  private FleetSetup twoPools(BatchLimits prompts, int instances, BatchLimits draws) {
    return new FleetSetup(
        BatchPolicy.VLLM,
        Routing.ROUND_ROBIN,
        List.of(
            new PoolSetup(Role.PREFILL, instances, 1, 1, prompts, steps),
            new PoolSetup(Role.DECODE, 1, 1, 1, draws, steps)),
        Optional.of(new TransferLine(0, 1, 0, 0)));
  }

  /**
   * Blocks are whole pages where prompts are computed; where tokens are drawn, they do not count.
   */
  @Test
  void blocksAreWholePagesOfPrompts() {
    Requests requests =
        Requests.open(
            new long[] {0},
            new int[] {6},
            new int[] {3},
            new Requests.Prefixes(2, new int[] {0, 3}, new int[] {0, 1, 2}));
    BatchLimits two = new BatchLimits(64, 8, 10, 2);
    BatchLimits three = new BatchLimits(64, 8, 10, 3);
    assertThat(LoadSimulation.run(requests, twoPools(two, 1, three), done -> {}).answered())
        .isEqualTo(1);
    assertThatThrownBy(() -> LoadSimulation.run(requests, twoPools(three, 1, two), done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("blocks of prompts have 2 tokens, no multiple of the 3 of a page");
  }

  /** Memory for replicas, and for blocks in each of their caches, is bounded before it is taken. */
  @Test
  void replicasAndTheirBlocksAreBounded() {
    BatchLimits limits = new BatchLimits(64, 8, 10, 1);
    assertThatThrownBy(
            () ->
                LoadSimulation.run(
                    Requests.closed(1, new int[] {1}, new int[] {1}),
                    twoPools(limits, 1 << 17, limits),
                    done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("131,073 replicas of all instances are more than 131,072");
    int[] blocks = IntStream.range(0, 1 << 12).toArray();
    Requests requests =
        Requests.open(
            new long[] {0},
            new int[] {1 << 12},
            new int[] {1},
            new Requests.Prefixes(1, new int[] {0, 1 << 12}, blocks));
    assertThatThrownBy(
            () -> LoadSimulation.run(requests, twoPools(limits, (1 << 14) + 1, limits), done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4,096 blocks of prompts: serve with fewer instances");
  }

  /** Blocks have dense numbers, and those that a prompt does not have whole have none. */
  @Test
  void onlyBlocksThatAreWholeAreNumbered() {
    Requests requests =
        Requests.open(
            new long[] {0, 0},
            new int[] {5, 4},
            new int[] {1, 1},
            new Requests.Prefixes(2, new int[] {0, 3, 5}, new int[] {70, 900, 5, 70, 3}));
    assertThat(requests.distinctBlocks()).isEqualTo(3);
    assertThat(requests.blocks(0)).isEqualTo(2);
    assertThat(requests.block(1, 0)).isEqualTo(requests.block(0, 0)).isEqualTo(0);
    assertThat(requests.block(1, 1)).isEqualTo(2);
  }

  /** What is larger than the cache is refused, and the rest is served. */
  @Test
  void whatNeverFitsIsRefused() {
    LoadResult result =
        run(BatchPolicy.VLLM, new BatchLimits(64, 8, 4, 1), request(5, 1), request(4, 1));
    assertThat(result.rejected()).isEqualTo(1);
    assertThat(result.isAnswered(0)).isFalse();
    assertThat(result.answered()).isEqualTo(1);
  }
}
