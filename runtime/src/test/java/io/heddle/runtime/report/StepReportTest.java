package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Device;
import io.heddle.plan.PlanValues;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.simulate.LaneTimes;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.CountingSink;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StepReportTest {
  private static final Symmetry ALL = Symmetry.unfolded(4, Unfolded.SWITCHED_OFF);

  private static final double EXACT = 1e-12;

  /** Two stages of two ranks each, one layer each, one micro-batch; 1,000,000 tokens. */
  private static final SmallFlattener FLATTENER =
      new SmallFlattener(SmallFlattener.plan(2, 1, 2, 2, 1), 3) {
        @Override
        public long tokens() {
          return 1_000_000;
        }
      };

  private static CountingSink counts() {
    CountingSink counts = new CountingSink();
    for (int rank = 0; rank < 4; rank++) {
      FLATTENER.emit(rank, counts);
    }
    return counts;
  }

  private static RankResult rank(int rank, long cycles, long compute, long comm, long exposed) {
    LaneTimes lanes = new LaneTimes(compute, comm, exposed, cycles - compute - exposed);
    return new RankResult(
        rank,
        cycles,
        0,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.of(lanes));
  }

  private static SimulationResult result(RankResult... ranks) {
    return new SimulationResult(Status.OK, List.of(ranks), List.of(), 0, 0, 0, 0);
  }

  private static StepReport report() {
    return StepReport.of(
        FLATTENER,
        result(
            rank(0, 1_000_000, 400_000, 300_000, 200_000),
            rank(1, 900_000, 500_000, 300_000, 100_000),
            rank(2, 800_000, 600_000, 50_000, 0),
            rank(3, 1_000_000, 800_000, 250_000, 100_000)),
        ALL,
        counts(),
        Optional.empty(),
        Optional.empty());
  }

  private static RankTimes times(
      int rank, int stage, long cycles, long compute, long comm, long exposed, long idle) {
    return new RankTimes(
        rank,
        stage,
        cycles,
        compute,
        OptionalLong.of(comm),
        OptionalLong.of(exposed),
        OptionalLong.of(idle),
        List.of());
  }

  private static StageTimes stage(
      int stage,
      int ranks,
      double compute,
      double comm,
      double exposed,
      double idle,
      double bubble) {
    return new StageTimes(
        stage,
        ranks,
        compute,
        OptionalDouble.of(comm),
        OptionalDouble.of(exposed),
        OptionalDouble.of(idle),
        OptionalDouble.of(bubble),
        List.of());
  }

  @Test
  void idleTimeIsTheRestOfTheIterationThatEndsWithTheLastRank() {
    assertThat(report().ranks())
        .containsExactly(
            times(0, 0, 1_000_000, 400_000, 300_000, 200_000, 400_000),
            times(1, 0, 900_000, 500_000, 300_000, 100_000, 400_000),
            times(2, 1, 800_000, 600_000, 50_000, 0, 400_000),
            times(3, 1, 1_000_000, 800_000, 250_000, 100_000, 100_000));
  }

  @Test
  void aStageIsTheMeanOfItsRanks() {
    assertThat(report().stages())
        .containsExactly(
            stage(0, 2, 450_000, 300_000, 150_000, 400_000, 0.4),
            stage(1, 2, 700_000, 150_000, 50_000, 250_000, 0.25));
  }

  @Test
  void theBubbleIsTheMeanIdleShareOfAllRanks() {
    assertThat(report().bubble().orElseThrow())
        .isCloseTo((0.4 + 0.4 + 0.4 + 0.1) / 4, within(EXACT));
    assertThat(report().meanCompute()).isEqualTo(575_000);
    assertThat(report().meanExposedCommunication()).hasValue(100_000);
  }

  @Test
  void withoutLanesCommunicationIsNotToldFromIdleTime() {
    RankResult[] ranks = new RankResult[4];
    for (int rank = 0; rank < ranks.length; rank++) {
      ranks[rank] =
          new RankResult(
              rank,
              1_000_000,
              700_000,
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              Optional.empty(),
              Optional.empty());
    }
    StepReport report =
        StepReport.of(FLATTENER, result(ranks), ALL, counts(), Optional.empty(), Optional.empty());
    assertThat(report.tellsLanes()).isFalse();
    assertThat(report().tellsLanes()).isTrue();
    assertThat(report.meanCompute()).isEqualTo(300_000);
    assertThat(report.bubble()).isEmpty();
    assertThat(report.meanExposedCommunication()).isEmpty();
    assertThat(report.ranks()).extracting(RankTimes::idle).containsOnly(OptionalLong.empty());
    assertThat(report.stages()).extracting(StageTimes::compute).containsOnly(300_000.0);
    assertThat(report.stages())
        .extracting(StageTimes::exposedCommunication)
        .containsOnly(OptionalDouble.empty());
    assertThat(report.mfu()).isCloseTo(report().mfu(), within(EXACT));
  }

  @Test
  void tokensAreCountedForASecond() {
    assertThat(report().iterationSeconds()).isEqualTo(0.001);
    assertThat(report().tokensPerSecond()).isCloseTo(1e9, within(1e-3));
  }

  @Test
  void utilisationComparesWithTheNominalPeakOfAllDevices() {
    // A layer has 3 kernels forward and 3 backward, the head 1 and 1; tp does not split them here.
    double layer = 6.0 * SmallFlattener.MATMUL;
    double head = 2.0 * SmallFlattener.MATMUL;
    double model = 2 * (2 * layer + head);
    double rescored = 2 * 2 * 3.0 * SmallFlattener.RESCORE;
    // Embedding forward and backward on stage 0, an optimizer on each stage.
    double pointwise = 2 * (2 + 2) * (double) SmallFlattener.POINTWISE;
    double possible = 0.001 * 4 * 989e12;
    assertThat(report().mfu()).isCloseTo(model / possible, within(EXACT));
    assertThat(report().hfu()).isCloseTo((model + rescored + pointwise) / possible, within(EXACT));
  }

  @Test
  void utilisationIsOfTheNominalPeakWhateverKernelsReach() {
    PlanValues plan = FLATTENER.plan();
    Device device = plan.cluster().device();
    assertThat(device.computeEfficiency()).isLessThan(1);
    StepReport half =
        new StepReport(
            plan,
            Stragglers.NONE,
            500_000,
            1,
            1,
            1,
            report().modelOperations(),
            report().ranks(),
            report().stages(),
            ALL,
            report().counts(),
            Optional.empty());
    assertThat(half.mfu()).isCloseTo(2 * report().mfu(), within(EXACT));
  }

  @Test
  void aSimulationThatDidNotEndHasNoReport() {
    SimulationResult stalled =
        new SimulationResult(Status.STALLED, List.of(), List.of("rank 0 waits"), 0, 0, 0, 0);
    assertThatThrownBy(
            () ->
                StepReport.of(
                    FLATTENER,
                    stalled,
                    ALL,
                    new CountingSink(),
                    Optional.empty(),
                    Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rank 0 waits");
  }

  @Test
  void timesAreUnsigned() {
    long long64 = Long.MIN_VALUE + 1_000_000;
    StepReport report =
        StepReport.of(
            FLATTENER,
            result(
                rank(0, long64, long64, 0, 0),
                rank(1, 1, 0, 0, 0),
                rank(2, 1, 0, 0, 0),
                rank(3, 1, 0, 0, 0)),
            ALL,
            counts(),
            Optional.empty(),
            Optional.empty());
    assertThat(report.iterationSeconds()).isCloseTo(0x1p63 / 1e9, within(1.0));
    assertThat(report.bubble().orElseThrow()).isCloseTo(0.75, within(EXACT));
  }
}
