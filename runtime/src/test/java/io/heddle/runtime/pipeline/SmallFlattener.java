package io.heddle.runtime.pipeline;

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
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.Kernels;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A flattener as the compiler would generate it, written by hand: each layer gathers the stream
 * over tp, runs {@code kernels} matrix products and scatters; gradients are reduced over dp, those
 * of a tied embedding between the first and the last stage.
 */
public class SmallFlattener extends PipelineFlattener {
  /** Operations of the one matrix product of each kernel. */
  public static final long MATMUL = 1L << 30;

  /** Operations that the backward of a kernel computes again. */
  public static final long RESCORE = 1L << 20;

  public static final long POINTWISE = 4096;
  public static final long STREAM = 8192;

  private static final int TP = 0;
  private static final int DP = 1;
  private static final int TIED = 2;
  private static final String[] NAMES = {"mlp.a", "mlp.b", "mlp.c", "mlp.d", "mlp.e", "mlp.f"};
  private static final Kernel EMBED = Kernel.of("embed", POINTWISE, STREAM);
  private static final Kernel HEAD = Kernels.of("head", MATMUL, STREAM, MATMUL);
  private static final Kernel HEAD_WEIGHT = Kernels.of("head.dw", MATMUL, STREAM, MATMUL);
  private static final Kernel WEIGHT = Kernels.of("mlp.dw", MATMUL, STREAM, MATMUL);
  private static final Kernel OPTIMIZER = Kernel.of("optimizer", POINTWISE, STREAM);

  private final int tp;
  private final int dp;
  private final List<Kernel> forward;
  private final List<Kernel> backward;

  private static List<Kernel> kernels(int count, long again) {
    return IntStream.range(0, count)
        .mapToObj(i -> Kernels.of(NAMES[i % NAMES.length], MATMUL + again, STREAM, MATMUL))
        .toList();
  }

  /** A small flattener of this plan. */
  public SmallFlattener(PlanValues plan, int kernels) {
    super(plan, "pp", List.of(GroupKind.all("tp"), GroupKind.all("dp"), GroupKind.ends("pp")));
    this.tp = plan.mesh().size("tp");
    this.dp = plan.mesh().size("dp");
    this.forward = kernels(kernels, 0);
    this.backward = kernels(kernels, RESCORE);
    schedule(plan.parameter("layers"), plan.batch() / plan.microBatch() / plan.mesh().size("dp"));
  }

  /** A plan on nodes of {@code tp} ranks; pp outermost, tp innermost. */
  public static PlanValues plan(int pp, int dp, int tp, int layers, int microBatches) {
    Device device = new Device("H100", 989e12, 0.7, 80_000_000_000L, 3350e9, 0.8);
    return new PlanValues(
        "small",
        "Test",
        Map.of("layers", (long) layers),
        List.of(new Axis("pp", pp), new Axis("dp", dp), new Axis("tp", tp)),
        (long) microBatches * dp,
        1,
        Schedule.of("one_f_one_b"),
        StageSplit.EQUAL,
        Recompute.NONE,
        new Optimizer(Optimizer.Algorithm.ADAM, List.of()),
        new Precision(NumberFormat.BF16, NumberFormat.FP32),
        new Cluster(
            "Pod",
            device,
            List.of(
                new NetworkDimension(Topology.SWITCH, tp, 450e9, 500),
                new NetworkDimension(Topology.SWITCH, pp * dp, 50e9, 2000))));
  }

  @Override
  public long tokens() {
    return 0;
  }

  @Override
  public long parameters() {
    return 0;
  }

  @Override
  protected long streamBytes() {
    return STREAM;
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return rank.compute(EMBED);
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    return layer(rank, x, forward);
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    return layer(rank, dx, backward);
  }

  @Override
  protected long backwardLayerInput(RankEmitter rank, int layer, long dx) {
    return layer(rank, dx, backward);
  }

  @Override
  protected void backwardLayerWeight(RankEmitter rank, int layer) {
    long again = tp > 1 ? rank.allGather("mlp.again", TP, STREAM / tp) : RankEmitter.NONE;
    rank.needs(again).compute(WEIGHT);
  }

  private long layer(RankEmitter rank, long x, List<Kernel> kernels) {
    long at = tp > 1 ? rank.needs(x).allGather("mlp.gather", TP, STREAM / tp) : x;
    for (int i = 0; i < kernels.size(); i++) {
      at = rank.needs(at).compute(kernels.get(i));
    }
    return tp > 1 ? rank.needs(at).reduceScatter("mlp.scatter", TP, STREAM) : at;
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {
    rank.needs(x).compute(HEAD);
  }

  @Override
  protected long backwardHead(RankEmitter rank) {
    return rank.compute(HEAD);
  }

  @Override
  protected long backwardHeadInput(RankEmitter rank) {
    return backwardHead(rank);
  }

  @Override
  protected void backwardHeadWeight(RankEmitter rank) {
    rank.compute(HEAD_WEIGHT);
  }

  @Override
  protected void backwardEmbed(RankEmitter rank, long dx) {
    rank.needs(dx).compute(EMBED);
  }

  @Override
  protected void step(RankEmitter rank, int stage) {
    long reduced = dp > 1 ? rank.allReduce("reduce", DP, STREAM) : RankEmitter.NONE;
    if (stages() > 1 && (first(stage) || last(stage))) {
      reduced = rank.needs(reduced).allReduce("tied.reduce", TIED, STREAM);
    }
    rank.needs(reduced).compute(OPTIMIZER);
  }
}
