package io.heddle.runtime.emit;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.pipeline.KernelFlattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.Kernels;
import java.util.List;
import java.util.Map;

/** One layer whose attention goes round over two axes; each kernel lasts a known time. */
final class RingFlattener extends KernelFlattener {
  /** How long the kernels of a step last, ns. */
  static final long KERNEL = 5000;

  /** How long it takes to add gradients, ns. */
  static final long SUM = 300;

  /** How long each of the six kernels around the rings lasts, ns. */
  static final long OTHER = 7;

  private final Kernel attend = Kernels.of("o", KERNEL * PER_NANO, 10, KERNEL * PER_NANO);
  private final Kernel back = Kernels.of("o.dx", KERNEL * PER_NANO, 20, KERNEL * PER_NANO / 2);
  private final long message;

  RingFlattener(PlanValues plan, long message) {
    super(plan, List.of(GroupKind.all("outer", "inner")), OTHER);
    this.message = message;
    schedule(1, plan.batch());
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    return rank.needs(x).ring("o.keys", 0, message).needs(x).forward(attend, attend.moving(11));
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    long queries =
        rank.ring("o.dx.keys", 0, message)
            .needs(dx)
            .backward(back, back.moving(21), Kernel.of("o.dx.sum", SUM * PER_NANO, 30));
    return other(rank.needs(queries, rank.broughtHome()), "qkv.dx");
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
