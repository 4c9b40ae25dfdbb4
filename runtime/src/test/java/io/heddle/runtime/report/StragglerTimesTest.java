package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Straggler.Scope;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.math.BigDecimal;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What stragglers do to times, and what they leave as it is. */
class StragglerTimesTest {
  private static final int COPIES = 4;

  /** Four ranks that do the same and never communicate. */
  private final Flattener apart = new SmallFlattener(copies(SmallFlattener.plan(1, 1, 1, 3, 4)), 2);

  private final Flattener together = new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 3), 2);

  private static PlanValues copies(PlanValues one) {
    return new PlanValues(
        one.model(),
        one.plan(),
        one.parameters(),
        List.of(new Axis("pp", 1), new Axis("dp", 1), new Axis("copy", COPIES), new Axis("tp", 1)),
        one.batch(),
        one.microBatch(),
        one.schedule(),
        one.stages(),
        one.recompute(),
        one.optimizer(),
        one.precision(),
        new Cluster(
            "Desk",
            one.cluster().device(),
            List.of(new NetworkDimension(Topology.SWITCH, COPIES, 450e9, 500))));
  }

  private static StepReport run(Flattener flattener, List<Straggler> slow, Jitter jitter) {
    try {
      return StepSimulation.run(
          StragglingFlattener.of(flattener, new Stragglers(slow, jitter)), StepProgress.SILENT);
    } catch (UnfinishedStepException e) {
      throw new AssertionError(e);
    }
  }

  private static StepReport run(Flattener flattener) {
    return run(flattener, List.of(), Jitter.NONE);
  }

  private static Straggler slow(Scope scope, int number, int millionths) {
    return new Straggler(scope, number, BigDecimal.valueOf(millionths, 6));
  }

  private static Jitter jitter(int millionths, long seed) {
    return new Jitter(BigDecimal.valueOf(millionths, 6), seed);
  }

  @Property(tries = 100)
  void aSlowRankComputesLongerByItsFactorAndTheStepFollowsIt(
      @ForAll @IntRange(max = COPIES - 1) int rank,
      @ForAll @IntRange(min = 1_000_000, max = 100_000_000) int factor) {
    StepReport before = run(apart);
    StepReport after = run(apart, List.of(slow(Scope.RANK, rank, factor)), Jitter.NONE);
    // Each kernel is rounded down to whole ns, once before it is scaled and once after.
    double most = before.counts().computeNodes() / (double) COPIES * (factor / 1e6 + 1);
    for (int each = 0; each < COPIES; each++) {
      long compute = before.ranks().get(each).compute();
      long slowed = after.ranks().get(each).compute();
      if (each == rank) {
        assertThat((double) slowed).isCloseTo(compute * (factor / 1e6), within(most));
      } else {
        assertThat(slowed).isEqualTo(compute);
      }
    }
    assertThat(after.iterationNanos()).isEqualTo(after.ranks().get(rank).compute());
  }

  @Property(tries = 50)
  void aSlowStageIsAllOfItsRanks(
      @ForAll @IntRange(max = 1) int stage,
      @ForAll @IntRange(min = 1_000_000, max = 10_000_000) int factor) {
    StepReport ofStage = run(together, List.of(slow(Scope.STAGE, stage, factor)), Jitter.NONE);
    List<Straggler> ranks =
        List.of(
            slow(Scope.RANK, 4 * stage, factor),
            slow(Scope.RANK, 4 * stage + 1, factor),
            slow(Scope.RANK, 4 * stage + 2, factor),
            slow(Scope.RANK, 4 * stage + 3, factor));
    StepReport ofRanks = run(together, ranks, Jitter.NONE);
    assertThat(ofStage.ranks()).isEqualTo(ofRanks.ranks());
    assertThat(ofStage.exposedByAxes()).isEqualTo(ofRanks.exposedByAxes());
  }

  @Property(tries = 100)
  void jitterKeepsComputeWithinItsAmplitude(
      @ForAll @IntRange(min = 1, max = 500_000) int amplitude, @ForAll long seed) {
    StepReport before = run(apart);
    StepReport after = run(apart, List.of(), jitter(amplitude, seed));
    double rounded = 2.5 * before.counts().computeNodes() / COPIES;
    for (int each = 0; each < COPIES; each++) {
      double compute = before.ranks().get(each).compute();
      assertThat((double) after.ranks().get(each).compute())
          .isCloseTo(compute, within(compute * (amplitude / 1e6) + rounded));
    }
    assertThat(after.ranks()).isEqualTo(run(apart, List.of(), jitter(amplitude, seed)).ranks());
  }

  @Property(tries = 100)
  void whoeverIsSlowTheStepIsNoFasterAndItsWorkTheSame(
      @ForAll @IntRange(max = 7) int rank,
      @ForAll @IntRange(min = 1_000_000, max = 10_000_000) int factor,
      @ForAll @IntRange(max = 1) int stage,
      @ForAll @IntRange(min = 1_000_000, max = 10_000_000) int ofStage,
      @ForAll @IntRange(min = 1, max = 500_000) int amplitude,
      @ForAll long seed) {
    List<Straggler> slow =
        List.of(slow(Scope.RANK, rank, factor), slow(Scope.STAGE, stage, ofStage));
    StepReport before = run(together);
    StepReport after = run(together, slow, Jitter.NONE);
    assertThat(after.iterationNanos()).isGreaterThanOrEqualTo(before.iterationNanos());
    StepReport jittered = run(together, slow, jitter(amplitude, seed));
    for (StepReport report : List.of(after, jittered)) {
      assertThat(work(report.counts())).isEqualTo(work(before.counts()));
      assertThat(report.mfu() * report.iterationSeconds())
          .isCloseTo(before.mfu() * before.iterationSeconds(), within(1e-15));
      assertThat(report.hfu() * report.iterationSeconds())
          .isCloseTo(before.hfu() * before.iterationSeconds(), within(1e-15));
    }
    assertThat(jittered.stragglers()).isEqualTo(new Stragglers(slow, jitter(amplitude, seed)));
  }

  private static List<Object> work(StepCounts counts) {
    return List.of(
        counts.nodes(),
        counts.modelMatmulOperations(),
        counts.recomputedMatmulOperations(),
        counts.rescoreOperations(),
        counts.pointwiseOperations(),
        counts.memoryBytes(),
        counts.sentBytes(),
        counts.traffic());
  }
}
