package io.heddle.runtime.trace;

import io.heddle.runtime.mesh.Axis;
import io.heddle.runtime.mesh.GroupKind;
import io.heddle.runtime.plan.Cluster;
import io.heddle.runtime.plan.Device;
import io.heddle.runtime.plan.NetworkDimension;
import io.heddle.runtime.plan.NetworkDimension.Topology;
import io.heddle.runtime.plan.NumberFormat;
import io.heddle.runtime.plan.Optimizer;
import io.heddle.runtime.plan.PlanValues;
import io.heddle.runtime.plan.Precision;
import io.heddle.runtime.plan.Recompute;
import io.heddle.runtime.plan.Schedule;
import io.heddle.runtime.plan.StageSplit;
import java.util.List;
import java.util.Map;

/** One layer whose attention goes round over two axes; each kernel lasts a known time. */
final class RingFlattener extends PipelineFlattener {
  /** Operations that the device computes in one nanosecond. */
  static final long PER_NANO = 1000;

  /** How long the kernels of a step last, ns. */
  static final long KERNEL = 5000;

  /** How long it takes to add gradients, ns. */
  static final long SUM = 300;

  /** How long each of the six kernels around the rings lasts, ns. */
  static final long OTHER = 7;

  private final long message;

  RingFlattener(PlanValues plan, long message) {
    super(plan, "", List.of(GroupKind.all("outer", "inner")));
    this.message = message;
    schedule(1, plan.batch());
  }

  private static long other(RankEmitter rank, String operation) {
    return rank.compute(operation, OTHER * PER_NANO, 1);
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return other(rank, "embed");
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    return rank.needs(x)
        .ring("o.keys", 0, message)
        .needs(x)
        .forward("o", KERNEL * PER_NANO, 10, 11, KERNEL * PER_NANO);
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {
    other(rank.needs(x), "head");
  }

  @Override
  protected long backwardHead(RankEmitter rank) {
    return other(rank, "head.dx");
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    long queries =
        rank.ring("o.dx.keys", 0, message)
            .needs(dx)
            .backward(
                "o.dx",
                KERNEL * PER_NANO,
                20,
                21,
                KERNEL * PER_NANO / 2,
                "o.dx.sum",
                SUM * PER_NANO,
                30);
    return other(rank.needs(queries, rank.broughtHome()), "qkv.dx");
  }

  @Override
  protected void backwardEmbed(RankEmitter rank, long dx) {
    other(rank.needs(dx), "embed.dx");
  }

  @Override
  protected void step(RankEmitter rank, int stage) {
    other(rank, "optimizer");
  }

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

  static RingFlattener on(
      int outer, int inner, int microBatches, long message, NetworkDimension... network) {
    Device device = new Device("steady", PER_NANO * 1e9, 1, 80_000_000_000L, 1e15, 1);
    return new RingFlattener(
        new PlanValues(
            "ring",
            "Test",
            Map.of(),
            List.of(new Axis("outer", outer), new Axis("inner", inner)),
            microBatches,
            1,
            Schedule.of("one_f_one_b"),
            StageSplit.EQUAL,
            Recompute.NONE,
            new Optimizer(Optimizer.Algorithm.SGD, List.of()),
            new Precision(NumberFormat.BF16, NumberFormat.FP32),
            new Cluster("Pod", device, List.of(network))),
        message);
  }

  /** All ranks on one switch of 1 GiB/s. */
  static RingFlattener onSwitch(int outer, int inner, int microBatches, long message) {
    return on(
        outer,
        inner,
        microBatches,
        message,
        new NetworkDimension(Topology.SWITCH, outer * inner, (double) (1L << 30), 50));
  }
}
