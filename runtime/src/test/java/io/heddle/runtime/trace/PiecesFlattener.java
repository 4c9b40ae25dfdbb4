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

/** One layer: a gather, a kernel on what is gathered, a scatter of what it makes, in pieces. */
final class PiecesFlattener extends PipelineFlattener {
  /** Operations that the device computes in one nanosecond. */
  static final long PER_NANO = 1000;

  /** How long all kernels but that of the layer last together, ns. */
  static final long OTHERS = 6;

  /** How the layer is cut, and how large it is. */
  record Layer(long count, long gathered, long operations, long bytes, long again, long made) {}

  private final Layer layer;
  private final int ranks;

  PiecesFlattener(int ranks, Layer layer) {
    super(plan(ranks), "", List.of(GroupKind.all("tp")));
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

  private static long other(RankEmitter rank, String operation) {
    return rank.compute(operation, PER_NANO, 1);
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return other(rank, "embed");
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
            .compute("y", layer.operations(), layer.bytes(), layer.again(), layer.operations());
    long made = y;
    if (ranks > 1 && layer.made() > 0) {
      made = rank.pieces(layer.count()).of(y, ranks).reduceScatter("scatter", 0, layer.made());
    }
    return other(rank.needs(made, gathered), "out");
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
  protected long backwardLayer(RankEmitter rank, int number, long dx) {
    return dx;
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
}
