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
import io.heddle.runtime.trace.Kernels;
import java.util.List;
import java.util.Map;

/** One layer: a gather, a kernel on what is gathered, a scatter of what it makes, in pieces. */
final class PiecesFlattener extends KernelFlattener {
  /** How long all kernels but that of the layer last together, ns. */
  static final long OTHERS = 6;

  /** How the layer is cut, and how large it is. */
  record Layer(long count, long gathered, long operations, long bytes, long again, long made) {}

  private final Layer layer;
  private final int ranks;

  PiecesFlattener(int ranks, Layer layer) {
    super(plan(ranks), List.of(GroupKind.all("tp")), 1);
    this.layer = layer;
    this.ranks = ranks;
    schedule(1, 1);
  }

  private static PlanValues plan(int ranks) {
    Device device = new Device("steady", PER_NANO * 1e9, 1, 80_000_000_000L, 1e15, 1);
    return new PlanValues(
        "pieces",
        "Test",
        Map.of(),
        List.of(new Axis("tp", ranks)),
        1,
        1,
        Schedule.of("one_f_one_b"),
        StageSplit.EQUAL,
        Recompute.NONE,
        new Optimizer(Optimizer.Algorithm.SGD, List.of()),
        new Precision(NumberFormat.BF16, NumberFormat.FP32),
        new Cluster(
            "Pod",
            device,
            List.of(new NetworkDimension(Topology.SWITCH, ranks, (double) (1L << 30), 50))));
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int number, long x) {
    long gathered = x;
    if (ranks > 1 && layer.gathered() > 0) {
      gathered = rank.needs(x).pieces(layer.count()).allGather("gather", 0, layer.gathered());
    }
    long y =
        rank.needs(x)
            .pieces(layer.count())
            .of(gathered, layer.gathered() > 0 ? ranks : 1)
            .compute(
                Kernels.of("y", layer.operations(), layer.bytes(), layer.operations())
                    .inPieces(layer.count(), layer.again()));
    long made = y;
    if (ranks > 1 && layer.made() > 0) {
      made = rank.pieces(layer.count()).of(y, ranks).reduceScatter("scatter", 0, layer.made());
    }
    return other(rank.needs(made, gathered), "out");
  }
}
