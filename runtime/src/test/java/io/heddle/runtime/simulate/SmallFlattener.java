package io.heddle.runtime.simulate;

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
import io.heddle.plan.mesh.GroupKind;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A transformer with sequence-parallel tensor parallelism, pipeline stages and data parallelism,
 * written by hand in the way that generated flatteners are.
 */
public class SmallFlattener extends PipelineFlattener {
  static final int TENSOR = 0;
  private static final int DATA = 1;

  private final int tensor;
  private final int data;
  private final long hidden;
  private final long layers;
  private final long tokensOfMicroBatch;

  /**
   * How a model is spread.
   *
   * @param tensor ranks of a tensor-parallel group
   * @param pipeline stages
   * @param data replicas
   */
  public record Shape(int tensor, int pipeline, int data) {
    public int ranks() {
      return tensor * pipeline * data;
    }
  }

  public SmallFlattener(
      Shape shape,
      int layersPerChunk,
      int microBatches,
      long hidden,
      Schedule schedule,
      Recompute recompute) {
    super(
        plan(shape, microBatches, schedule, recompute),
        "pp",
        List.of(GroupKind.all("tp"), GroupKind.all("dp")));
    this.tensor = shape.tensor();
    this.data = shape.data();
    this.hidden = hidden;
    this.layers = (long) layersPerChunk * shape.pipeline() * schedule.chunks();
    this.tokensOfMicroBatch = 16L * shape.tensor();
    schedule(layers, microBatches);
  }

  private static PlanValues plan(
      Shape shape, int microBatches, Schedule schedule, Recompute recompute) {
    List<Axis> axes =
        List.of(
            new Axis("pp", shape.pipeline()),
            new Axis("dp", shape.data()),
            new Axis("tp", shape.tensor()));
    List<NetworkDimension> network = new ArrayList<>();
    network.add(new NetworkDimension(NetworkDimension.Topology.SWITCH, shape.ranks(), 100e9, 500));
    return new PlanValues(
        "small",
        "test",
        Map.of(),
        axes,
        (long) microBatches * shape.data(),
        1,
        schedule,
        StageSplit.EQUAL,
        recompute,
        new Optimizer(Optimizer.Algorithm.ADAM, List.of()),
        new Precision(NumberFormat.BF16, NumberFormat.BF16),
        new Cluster("box", new Device("chip", 300e12, 1, 80L << 30, 2e12, 1), network));
  }

  private long gather(RankEmitter rank, String operation, long x) {
    return tensor > 1 ? rank.needs(x).allGather(operation, TENSOR, streamBytes()) : x;
  }

  private long scatter(RankEmitter rank, String operation, long x) {
    return tensor > 1 ? rank.needs(x).reduceScatter(operation, TENSOR, streamBytes() * tensor) : x;
  }

  private long matmul(RankEmitter rank, String operation, long x, long columns) {
    long operations = 2 * tokensOfMicroBatch * hidden * columns / tensor;
    return rank.needs(x)
        .compute(Kernels.of(operation, operations, operations / hidden + 1, operations));
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return rank.compute(Kernel.of("embed.lookup", tokensOfMicroBatch, streamBytes()));
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    long full = gather(rank, "attention.gather", x);
    long attended = matmul(rank, "attention.mix", full, 4 * hidden);
    long mixed = scatter(rank, "attention.scatter", attended);
    long wide = gather(rank, "mlp.gather", mixed);
    long computed = matmul(rank, "mlp.up", wide, 8 * hidden);
    return scatter(rank, "mlp.scatter", computed);
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {
    matmul(rank, "head.project", gather(rank, "head.gather", x), 16 * hidden);
  }

  @Override
  protected long backwardHead(RankEmitter rank) {
    long loss = rank.compute(Kernel.of("head.loss", tokensOfMicroBatch, streamBytes()));
    return scatter(rank, "head.scatter", matmul(rank, "head.backward", loss, 32 * hidden));
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    long full = gather(rank, "layer.gather", dx);
    long input = matmul(rank, "layer.input", full, 12 * hidden);
    long result = scatter(rank, "layer.scatter", input);
    matmul(rank, "layer.weight", full, 12 * hidden);
    return result;
  }

  @Override
  protected long backwardHeadInput(RankEmitter rank) {
    return backwardHead(rank);
  }

  @Override
  protected void backwardHeadWeight(RankEmitter rank) {
    matmul(rank, "head.weight", gather(rank, "head.again", RankEmitter.NONE), 16 * hidden);
  }

  @Override
  protected long backwardLayerInput(RankEmitter rank, int layer, long dx) {
    long full = gather(rank, "layer.gather", dx);
    return scatter(rank, "layer.scatter", matmul(rank, "layer.input", full, 12 * hidden));
  }

  @Override
  protected void backwardLayerWeight(RankEmitter rank, int layer) {
    matmul(rank, "layer.weight", gather(rank, "layer.again", RankEmitter.NONE), 12 * hidden);
  }

  @Override
  protected void backwardEmbed(RankEmitter rank, long dx) {
    rank.needs(dx).compute(Kernel.of("embed.backward", tokensOfMicroBatch, streamBytes()));
  }

  @Override
  protected void step(RankEmitter rank, int stage) {
    long weights = 24 * hidden * hidden / tensor * layers / stages();
    if (data > 1) {
      long reduced = rank.reduceScatter("grad.scatter", DATA, weights);
      long updated = rank.needs(reduced).compute(Kernel.of("optimizer", weights, weights));
      rank.needs(updated).allGather("weight.gather", DATA, weights / data);
    } else {
      rank.compute(Kernel.of("optimizer", weights, weights));
    }
  }

  @Override
  protected long streamBytes() {
    return 2 * tokensOfMicroBatch * hidden / tensor;
  }

  @Override
  public long tokens() {
    return tokensOfMicroBatch * microBatches() * data;
  }

  @Override
  public long parameters() {
    return 12 * hidden * hidden * layers;
  }
}
