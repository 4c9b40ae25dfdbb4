package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Schedule;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.pipeline.EmptyFlattener;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.trace.Kernel;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Where communication costs nothing and stages are equal, each stage idles for the bubble that the
 * papers state as a share of the iteration: (p - 1) / (m + p - 1) under GPipe (Huang et al. 2019)
 * as under 1F1B, (p - 1) / (v m + p - 1) with v chunks (Narayanan et al. 2021, section 2.2), and (p
 * - 1) / (3 m + p - 1) under ZB-H1 (Qi et al. 2023) where the three passes last alike.
 */
class BubbleTest {
  /** Operations of one layer's forward pass, in whole nanoseconds of the device. */
  private static final long FORWARD_NANOS = 700;

  private static final long BACKWARD_NANOS = 1_700;
  private static final int LAYERS = 2;
  private static final double FREE = 1e18;

  /** One kernel for each direction of a layer; no embedding, no head, no end of the step. */
  private static final class EqualStages extends EmptyFlattener {
    private final long operationsPerNano;

    EqualStages(PlanValues plan) {
      super(plan, "pp", List.of(GroupKind.all("tp")));
      this.operationsPerNano = (long) (plan.cluster().device().sustainedFlops() / 1e9);
      schedule(plan.parameter("layers"), plan.batch());
    }

    @Override
    protected long forwardLayer(RankEmitter rank, int layer, long x) {
      return rank.needs(x).compute(Kernel.of("layer", FORWARD_NANOS * operationsPerNano, 1));
    }

    @Override
    protected long backwardLayer(RankEmitter rank, int layer, long dx) {
      return rank.needs(dx).compute(Kernel.of("layer", BACKWARD_NANOS * operationsPerNano, 1));
    }

    @Override
    protected long backwardLayerInput(RankEmitter rank, int layer, long dx) {
      return rank.needs(dx).compute(Kernel.of("layer.dx", FORWARD_NANOS * operationsPerNano, 1));
    }

    @Override
    protected void backwardLayerWeight(RankEmitter rank, int layer) {
      rank.compute(Kernel.of("layer.dw", FORWARD_NANOS * operationsPerNano, 1));
    }

    @Override
    protected long backwardHeadInput(RankEmitter rank) {
      return RankEmitter.NONE;
    }

    @Override
    protected void backwardHeadWeight(RankEmitter rank) {}
  }

  private static StepReport run(Schedule schedule, int stages, int microBatches)
      throws UnfinishedStepException {
    PlanValues values =
        SmallFlattener.plan(stages, 1, 1, LAYERS * stages * schedule.chunks(), microBatches);
    Cluster free =
        new Cluster(
            "free",
            values.cluster().device(),
            List.of(new NetworkDimension(Topology.SWITCH, stages, FREE, 0)));
    PlanValues plan = values.on(free).withSchedule(schedule);
    return StepSimulation.run(new EqualStages(plan), StepProgress.SILENT);
  }

  /** Each stage works for {@code busy} and idles for {@code idle}. */
  private static void check(StepReport report, long busy, long idle) {
    assertThat(report.iterationNanos()).isEqualTo(busy + idle);
    assertThat(report.ranks())
        .allSatisfy(rank -> assertThat(rank.compute()).isEqualTo(busy))
        .allSatisfy(rank -> assertThat(rank.idle()).hasValue(idle));
  }

  @Property(tries = 60)
  void ofOneChunkIsThatOfThePapers(
      @ForAll @IntRange(min = 2, max = 9) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches,
      @ForAll boolean gpipe)
      throws UnfinishedStepException {
    StepReport report = run(Schedule.of(gpipe ? "gpipe" : "one_f_one_b"), stages, microBatches);

    long pass = LAYERS * (FORWARD_NANOS + BACKWARD_NANOS);
    check(report, pass * microBatches, pass * (stages - 1));
  }

  @Property(tries = 60)
  void ofChunksIsThatOfThePapers(
      @ForAll @IntRange(min = 2, max = 6) int stages,
      @ForAll @IntRange(min = 1, max = 4) int groups,
      @ForAll @IntRange(min = 2, max = 4) int chunks)
      throws UnfinishedStepException {
    int microBatches = groups * stages;

    StepReport report = run(new Schedule("interleaved", chunks), stages, microBatches);

    long pass = LAYERS * (FORWARD_NANOS + BACKWARD_NANOS);
    check(report, pass * microBatches * chunks, pass * (stages - 1));
  }

  /** From as many micro-batches as there are stages on, as the paper has it. */
  @Property(tries = 60)
  void ofZeroBubbleIsThatOfThePapers(
      @ForAll @IntRange(min = 2, max = 9) int stages, @ForAll @IntRange(max = 20) int more)
      throws UnfinishedStepException {
    int microBatches = stages + more;

    StepReport report = run(Schedule.of("zero_bubble"), stages, microBatches);

    long pass = LAYERS * FORWARD_NANOS;
    check(report, 3 * pass * microBatches, pass * (stages - 1));
  }

  @Test
  void ofEightStagesAndMicroBatches() throws UnfinishedStepException {
    Offset<Double> rounding = within(0.0005);
    assertThat(bubble(Schedule.of("gpipe"))).isCloseTo(0.467, rounding);
    assertThat(bubble(Schedule.of("one_f_one_b"))).isCloseTo(0.467, rounding);
    assertThat(bubble(new Schedule("interleaved", 2))).isCloseTo(0.304, rounding);
    assertThat(bubble(Schedule.of("zero_bubble"))).isCloseTo(0.226, rounding);
  }

  private static double bubble(Schedule schedule) throws UnfinishedStepException {
    return run(schedule, 8, 8).bubble().orElseThrow();
  }
}
