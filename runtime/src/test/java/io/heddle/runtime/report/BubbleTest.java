package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.mesh.Axis;
import io.heddle.runtime.mesh.GroupKind;
import io.heddle.runtime.plan.Cluster;
import io.heddle.runtime.plan.NetworkDimension;
import io.heddle.runtime.plan.NetworkDimension.Topology;
import io.heddle.runtime.plan.PlanValues;
import io.heddle.runtime.trace.PipelineFlattener;
import io.heddle.runtime.trace.RankEmitter;
import io.heddle.runtime.trace.SmallFlattener;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Where communication costs nothing and stages are equal, each stage idles for the bubble that the
 * papers state: (p - 1) / (m + p - 1) of the iteration, under GPipe (Huang et al. 2019) as under
 * 1F1B (Narayanan et al. 2021, section 2.2.1).
 */
class BubbleTest {
  /** Operations of one layer's forward pass, in whole nanoseconds of the device. */
  private static final long FORWARD_NANOS = 700;

  private static final long BACKWARD_NANOS = 1_700;
  private static final double FREE = 1e18;

  /** One kernel for each direction of a layer; no embedding, no head, no end of the step. */
  private static final class EqualStages extends PipelineFlattener {
    private final long operationsPerNano;

    EqualStages(PlanValues plan) {
      super(plan, "pp", List.of(GroupKind.all("tp")));
      this.operationsPerNano = (long) (plan.cluster().device().sustainedFlops() / 1e9);
      schedule(plan.parameter("layers"), plan.batch());
    }

    @Override
    protected long forwardLayer(RankEmitter rank, int layer, long x) {
      return rank.needs(x).compute("layer", FORWARD_NANOS * operationsPerNano, 1);
    }

    @Override
    protected long backwardLayer(RankEmitter rank, int layer, long dx) {
      return rank.needs(dx).compute("layer", BACKWARD_NANOS * operationsPerNano, 1);
    }

    @Override
    protected long forwardEmbed(RankEmitter rank) {
      return RankEmitter.NONE;
    }

    @Override
    protected void forwardHead(RankEmitter rank, long x) {}

    @Override
    protected long backwardHead(RankEmitter rank) {
      return RankEmitter.NONE;
    }

    @Override
    protected void backwardEmbed(RankEmitter rank, long dx) {}

    @Override
    protected void step(RankEmitter rank, int stage) {}

    @Override
    protected long streamBytes() {
      return 1;
    }

    @Override
    public long tokens() {
      return 1;
    }

    @Override
    public long parameters() {
      return 1;
    }
  }

  @Property(tries = 60)
  void isThatOfThePapers(
      @ForAll @IntRange(min = 2, max = 9) int stages,
      @ForAll @IntRange(min = 1, max = 20) int microBatches,
      @ForAll boolean gpipe)
      throws UnfinishedStepException {
    PlanValues values = SmallFlattener.plan(stages, 1, 1, 2 * stages, microBatches);
    Cluster free =
        new Cluster(
            "free",
            values.cluster().device(),
            List.of(new NetworkDimension(Topology.SWITCH, stages, FREE, 0)));
    PlanValues plan = values.on(free).withSchedule(gpipe ? "gpipe" : "one_f_one_b");
    assertThat(plan.axes()).contains(new Axis("pp", stages));

    StepReport report = StepSimulation.run(new EqualStages(plan), StepProgress.SILENT);

    long pass = 2 * (FORWARD_NANOS + BACKWARD_NANOS);
    assertThat(report.iterationNanos()).isEqualTo(pass * (microBatches + stages - 1));
    assertThat(report.ranks())
        .allSatisfy(rank -> assertThat(rank.compute()).isEqualTo(pass * microBatches))
        .allSatisfy(rank -> assertThat(rank.idle()).hasValue(pass * (stages - 1)));
  }
}
