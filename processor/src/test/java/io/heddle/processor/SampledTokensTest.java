package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.PlanValues;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokens that the last stage of a pipeline draws, on their way to the first. */
class SampledTokensTest {
  private static final int SEQUENCES = 24;

  private static GeneratedClass pipeline(int stages, String step) {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/measured/h100_sxm.tfm"
        plan P of Llama3_8B(layers = 12) {
          mesh   pp = %d, dp = 2, tp = 2
          shard  { b over dp  g f voc over tp  layers over pp }
          %s
          on     hgx_h100_measured(nodes = %d, gpus = 4)
        }
        """;
    String source = text.formatted(stages, step, stages);
    return GeneratedClass.of(Sources.compile(new Source("a.tfm", source), "P").java("demo"));
  }

  private static GeneratedClass decode(int stages) {
    return pipeline(stages, "decode %d (context = 500)".formatted(SEQUENCES));
  }

  /** So many passes one after the other: micro-batches of a replica. */
  private static Flattener passes(GeneratedClass generated, int passes) {
    PlanValues plan = generated.defaults();
    return generated.flattener(plan.withBatch(plan.batch() * passes));
  }

  private static StepReport run(Flattener flattener, Mode mode) throws Exception {
    return ModeSimulation.run(flattener, mode, SimulationOptions.DEFAULT, StepProgress.SILENT);
  }

  /** Each rank of the last stage tells its counterpart on the first of each pass. */
  @ParameterizedTest
  @CsvSource({"2, 1", "2, 2", "2, 5", "4, 1", "4, 3", "4, 4", "4, 9"})
  void everyPassSendsThem(int stages, int passes) {
    Flattener flattener = passes(decode(stages), passes);
    Verified.assertEnds(flattener);
    CountingSink counts = Counts.of(flattener);
    long streams = 4L * (stages - 1) * passes;
    assertThat(counts.sendNodes()).isEqualTo(streams + 4L * passes);
    assertThat(counts.receiveNodes()).isEqualTo(counts.sendNodes());
    long stream = SEQUENCES * 4096L * 2;
    assertThat(counts.sentBytes())
        .isEqualTo(BigInteger.valueOf(streams * stream + 4L * passes * 4 * SEQUENCES));
  }

  @Test
  void oneStageSendsNone() {
    CountingSink counts = Counts.of(passes(decode(1), 3));
    assertThat(counts.sendNodes()).isZero();
  }

  @Test
  void prefillsSendThemToo() {
    Flattener flattener =
        passes(pipeline(2, "prefill 600 (context = 100, sequences = %d)".formatted(SEQUENCES)), 3);
    Verified.assertEnds(flattener);
    assertThat(Counts.of(flattener).sendNodes()).isEqualTo(2 * 4 * 3);
  }

  /** One token of each prompt, and one of each sequence that decodes. */
  @Test
  void mixedStepsSendThoseOfBoth() {
    String step = "prefill 600 (sequences = 3)\n decode %d (context = 500)".formatted(SEQUENCES);
    CountingSink counts = Counts.of(passes(pipeline(2, step), 1));
    long stream = (600 + SEQUENCES) * 4096L * 2;
    assertThat(counts.sentBytes())
        .isEqualTo(BigInteger.valueOf(4 * stream + 4L * 4 * (SEQUENCES + 3)));
  }

  /** All that is verified: what is accepted of it, and what is guessed next. */
  @Test
  void verifyingStepsSendAllTokens() {
    String step = "decode %d (context = 500, speculate = 3, accept = 0.7)".formatted(SEQUENCES);
    Flattener flattener = passes(pipeline(2, step), 2);
    Verified.assertEnds(flattener);
    long stream = 4 * SEQUENCES * 4096L * 2;
    assertThat(Counts.of(flattener).sentBytes())
        .isEqualTo(BigInteger.valueOf(2 * 4 * stream + 2 * 4L * 4 * 4 * SEQUENCES));
  }

  /** Steps yield what is expected to be accepted, on a pipeline as without. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void ratesCountWhatIsAccepted(int stages) throws Exception {
    String step = "decode %d (context = 500, speculate = 3, accept = 0.7)".formatted(SEQUENCES);
    StepReport report = run(passes(pipeline(stages, step), 1), Mode.FLATTENED);
    assertThat(report.tokens()).isEqualTo(2 * 4 * SEQUENCES);
    assertThat(report.yieldedTokens())
        .isCloseTo(2 * SEQUENCES * 2.533, Percentage.withPercentage(1e-9));
    assertThat(report.tokensPerSecond())
        .isCloseTo(
            stages * 2 * SEQUENCES * 2.533 / report.periodSeconds(),
            Percentage.withPercentage(1e-9));
  }

  /** A training step has no message from the last stage to the first, whatever its passes. */
  @Test
  void forwardPassesOfTrainingSendNone() {
    CountingSink counts = Counts.of(passes(pipeline(2, "batch 4 micro_batch 2 forward"), 1));
    assertThat(counts.sendNodes()).isEqualTo(4);
  }

  /**
   * With a batch on each stage, each step of a window lasts as long, and that is what the report of
   * one step alone says of steps that follow each other.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void stepsFollowEachOther(int stages) throws Exception {
    GeneratedClass generated = decode(stages);
    StepReport alone = run(passes(generated, 1), Mode.FLATTENED);
    assertThat(alone.batchesInWork()).isEqualTo(stages);
    long two = run(passes(generated, 2 * stages), Mode.FLATTENED).iterationNanos();
    long three = run(passes(generated, 3 * stages), Mode.FLATTENED).iterationNanos();
    long nine = run(passes(generated, 9 * stages), Mode.FLATTENED).iterationNanos();
    assertThat((nine - three) / 6.0)
        .isCloseTo((double) (three - two), Percentage.withPercentage(0.5));
    assertThat((double) alone.periodNanos())
        .isCloseTo((double) (three - two), Percentage.withPercentage(3));
    double tokens = 2.0 * SEQUENCES * stages;
    assertThat(alone.tokensPerSecond())
        .isCloseTo(tokens / alone.periodSeconds(), Percentage.withPercentage(0.01));
  }

  /** With fewer batches than stages, a batch waits for its own tokens: a step takes the same. */
  @Test
  void aBatchAloneWaitsForItsTokens() throws Exception {
    GeneratedClass generated = decode(2);
    long one = run(passes(generated, 1), Mode.FLATTENED).iterationNanos();
    long two = run(passes(generated, 2), Mode.FLATTENED).iterationNanos();
    assertThat(two).isGreaterThan(one).isLessThan(2 * one);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void everyModeKnowsThem(Mode mode) throws Exception {
    Flattener flattener = passes(decode(4), 1);
    StepReport exact = run(flattener, Mode.FLATTENED);
    StepReport report = run(flattener, mode);
    assertThat((double) report.iterationNanos())
        .isCloseTo((double) exact.iterationNanos(), Percentage.withPercentage(2));
    assertThat(report.counts().sentBytes()).isEqualTo(exact.counts().sentBytes());
    assertThat(report.batchesInWork()).isEqualTo(4);
  }
}
