package io.heddle.runtime.mode;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.emit.Exchange;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.pipeline.EmptyFlattener;
import io.heddle.runtime.trace.Kernel;
import java.util.List;
import java.util.Map;

/** A program whose embedding is one collective, and whose layers are kernels. */
final class OneCollective extends EmptyFlattener {
  private static final Device CHIP = new Device("chip", 300e12, 1, 80L << 30, 2e12, 1);

  private final Collective collective;
  private final long bytes;

  /**
   * @param along the axes of the group
   */
  OneCollective(
      List<Axis> axes,
      List<NetworkDimension> network,
      List<String> along,
      Collective collective,
      long bytes) {
    super(
        new PlanValues(
            "one",
            "test",
            Map.of(),
            axes,
            2,
            1,
            Schedule.of("gpipe"),
            StageSplit.EQUAL,
            Recompute.NONE,
            new Optimizer(Optimizer.Algorithm.SGD, List.of()),
            new Precision(NumberFormat.BF16, NumberFormat.BF16),
            new Cluster("box", CHIP, network)),
        "none",
        List.of(GroupKind.all(along.toArray(new String[0]))));
    this.collective = collective;
    this.bytes = bytes;
    schedule(1, 2);
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return switch (collective) {
      case ALL_GATHER -> rank.allGather("gather", 0, bytes);
      case ALL_REDUCE -> rank.allReduce("reduce", 0, bytes);
      case REDUCE_SCATTER -> rank.reduceScatter("scatter", 0, bytes);
      case ALL_TO_ALL -> rank.allToAll("exchange", 0, bytes, Exchange.DIRECT);
    };
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    return rank.needs(x).compute(Kernel.of("layer", 1_000_000, 1));
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {
    rank.needs(x).compute(Kernel.of("head", 1_000_000, 1));
  }

  @Override
  protected long backwardHead(RankEmitter rank) {
    return rank.compute(Kernel.of("head.backward", 1_000_000, 1));
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    return rank.needs(dx).compute(Kernel.of("layer.backward", 1_000_000, 1));
  }

  @Override
  protected void step(RankEmitter rank, int stage) {
    rank.compute(Kernel.of("optimizer", 1_000_000, 1));
  }

  @Override
  public long tokens() {
    return 2;
  }
}
