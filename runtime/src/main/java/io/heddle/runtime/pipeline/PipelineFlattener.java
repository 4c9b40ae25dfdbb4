package io.heddle.runtime.pipeline;

import io.heddle.plan.KernelKind;
import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.PlanValues;
import io.heddle.plan.StreamSpan;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.mesh.View;
import io.heddle.runtime.aside.DataGroups;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.emit.ExpertRoute;
import io.heddle.runtime.emit.HostTime;
import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.KernelSpec;
import io.heddle.runtime.trace.QuantisedOperands;
import io.heddle.runtime.trace.RankTrace;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What all generated flatteners share, for their code: how a plan's pipeline is laid out. The
 * subclass adds the model: what one layer, the embedding, the head and the end of the step consist
 * of.
 */
public abstract class PipelineFlattener implements Flattener {
  private final PlanValues plan;
  private final Mesh mesh;
  private final RankGroups groups;
  private final int pipelineAxis;
  private final int stages;
  private final @Nullable KernelTimes kernelTimes;
  private final @Nullable HostTime host;
  private List<StreamSpan> streams = List.of();
  private List<ExpertRoute> routes = List.of();
  private @Nullable PlanPipeline pipeline;
  private int microBatches;
  private int backwardFrom = LayerSplit.EMBEDDING;

  /**
   * @param plan its values
   * @param pipelineAxis the axis that splits the layers; empty where none does
   * @param kinds of groups, in the order of the subclass's numbers for them
   */
  protected PipelineFlattener(PlanValues plan, String pipelineAxis, List<GroupKind> kinds) {
    this(plan, pipelineAxis, kinds, List.of());
  }

  /**
   * As the other constructor, for a plan that regroups axes.
   *
   * @param views the regroupings; kinds may name their axes
   */
  protected PipelineFlattener(
      PlanValues plan, String pipelineAxis, List<GroupKind> kinds, List<View> views) {
    this.plan = plan;
    this.mesh = new Mesh(plan.axes(), views);
    this.groups = new RankGroups(mesh, kinds, plan.cluster().ringOrder());
    this.pipelineAxis = mesh.indexOf(pipelineAxis);
    this.stages = mesh.size(pipelineAxis);
    this.kernelTimes = KernelTimes.of(plan.cluster().device(), plan.engine());
    this.host = HostTime.of(plan);
  }

  /**
   * Lays out the schedule. The subclass calls it once, in its constructor, when it has checked the
   * plan.
   *
   * @param layers of the whole model
   * @param microBatches of one replica in one step, at least 1
   */
  protected final void schedule(long layers, long microBatches) {
    LayerSplit split = LayerSplit.of(plan, layers, stages).backwardFrom(backwardFrom);
    this.microBatches = Math.toIntExact(microBatches);
    this.pipeline = new PlanPipeline(this, new OwnWork(), groups, split, stride(), streams, routes);
  }

  /**
   * Says that nothing before a layer is trained. The subclass calls it before {@link #schedule} if
   * that is so.
   *
   * @param layer the first that has a backward pass, counted from 0; behind the last layer where
   *     only the head is trained, and {@link LayerSplit#EMBEDDING} where all is
   */
  protected final void trainFrom(long layer) {
    backwardFrom = Math.toIntExact(layer);
  }

  /**
   * Says how far the streams of the model go. The subclass calls it once, in its constructor, if
   * there are several.
   */
  protected final void streams(List<StreamSpan> spans) {
    this.streams = List.copyOf(spans);
  }

  /**
   * Says how rows of tokens go to their experts. The subclass calls it once, in its constructor, if
   * not all experts get as many.
   *
   * @param byNumber in the order of the subclass's numbers for them
   */
  protected final void experts(List<ExpertRoute> byNumber) {
    this.routes = List.copyOf(byNumber);
  }

  /**
   * Says what data-parallel ranks share. The subclass calls it once, in its constructor, if the
   * plan reduces gradients before the end of the step or splits weights.
   */
  protected final void share(DataGroups groups) {
    pipeline().share(groups);
  }

  /** A kernel of matrix products, see {@link KernelSpec#gemm}. */
  protected final KernelSpec gemm(String name, String title, long batch, long m, long k, long n) {
    return KernelSpec.gemm(name, title, batch, m, k, n)
        .in(plan.precision().tensors())
        .on(kernelTimes);
  }

  /**
   * A kernel of a linear layer's product, whose operands are quantised.
   *
   * @param quantising bytes that the kernel moves to quantise them itself
   */
  protected final KernelSpec linear(
      String name, String title, long quantising, long batch, long m, long k, long n) {
    return gemm(name, title, batch, m, k, n).of(new QuantisedOperands(quantising));
  }

  /** The same, called a gemm. */
  protected final KernelSpec gemm(String name, long batch, long m, long k, long n) {
    return gemm(name, "gemm", batch, m, k, n);
  }

  /** A kernel of attention, see {@link KernelSpec#attention}. */
  protected final KernelSpec attention(
      String name, String title, long batch, long queries, long keys, long depth, long values) {
    return KernelSpec.attention(name, title, batch, queries, keys, depth, values)
        .in(plan.precision().tensors())
        .on(kernelTimes);
  }

  /** A kernel of its gradients, see {@link KernelSpec#attentionBackward}. */
  protected final KernelSpec attentionBackward(
      String name, String title, long batch, long queries, long keys, long depth, long values) {
    return KernelSpec.attentionBackward(name, title, batch, queries, keys, depth, values)
        .in(plan.precision().tensors())
        .on(kernelTimes);
  }

  /** A kernel with a result of so many elements, see {@link KernelSpec#elements}. */
  protected final KernelSpec elements(String name, KernelKind kind, String title, long count) {
    return KernelSpec.elements(name, kind, title, count)
        .in(plan.precision().tensors())
        .on(kernelTimes);
  }

  /** The embedding of one micro-batch; returns the node that makes the stream. */
  protected abstract long forwardEmbed(RankEmitter rank);

  /** One layer; {@code x} makes the stream. Returns the node that makes it anew. */
  protected abstract long forwardLayer(RankEmitter rank, int layer, long x);

  /** Final norm, projection and loss. */
  protected abstract void forwardHead(RankEmitter rank, long x);

  /** Backward of {@link #forwardHead}; returns the node that makes the stream's gradient. */
  protected abstract long backwardHead(RankEmitter rank);

  /** Backward of one layer; {@code dx} makes the gradient of its result. */
  protected abstract long backwardLayer(RankEmitter rank, int layer, long dx);

  /** Backward of {@link #forwardEmbed}. */
  protected abstract void backwardEmbed(RankEmitter rank, long dx);

  /** The part of {@link #backwardHead} on which the stream's gradient depends, and its node. */
  protected long backwardHeadInput(RankEmitter rank) {
    throw notApart();
  }

  /** The rest of {@link #backwardHead}, in a later action. */
  protected void backwardHeadWeight(RankEmitter rank) {
    throw notApart();
  }

  /** The part of {@link #backwardLayer} on which the gradient that it returns depends. */
  protected long backwardLayerInput(RankEmitter rank, int layer, long dx) {
    throw notApart();
  }

  /** The rest of {@link #backwardLayer}, in a later action. */
  protected void backwardLayerWeight(RankEmitter rank, int layer) {
    throw notApart();
  }

  private UnsupportedOperationException notApart() {
    return new UnsupportedOperationException(
        "generated without input and weight gradients apart, which " + plan.schedule() + " needs");
  }

  /** Reduction of gradients and the optimizer, after the last micro-batch. */
  protected abstract void step(RankEmitter rank, int stage);

  /** Bytes of the stream tensor on one rank, as it is stored. */
  protected abstract long streamBytes();

  /** Bytes of a message from chunk to chunk: the stream tensor, or this rank's share of it. */
  protected long messageBytes() {
    return streamBytes();
  }

  /** Tokens that a pass of one replica draws: one for each sequence. */
  protected long sampledTokens() {
    return plan.microBatch();
  }

  /** Makes the stream tensor of a message; returns the node that does. */
  protected long assemble(RankEmitter rank, long received) {
    return received;
  }

  @Override
  public final PlanValues plan() {
    return plan;
  }

  @Override
  public final Mesh mesh() {
    return mesh;
  }

  @Override
  public final Groups groups() {
    return groups.all();
  }

  @Override
  public final int stages() {
    return stages;
  }

  @Override
  public final int stage(int rank) {
    return pipelineAxis < 0 ? 0 : mesh.coordinate(rank, pipelineAxis);
  }

  @Override
  public final OptionalInt ranksToNextStage() {
    return OptionalInt.of(stride());
  }

  @Override
  public final List<IntUnaryOperator> expertParts() {
    return routes.stream().map(route -> mesh.coordinates(route.axes())).toList();
  }

  private int stride() {
    return pipelineAxis < 0 ? 0 : mesh.stride(pipelineAxis);
  }

  @Override
  public final int microBatches() {
    return microBatches;
  }

  /** The pipeline as it is laid out, for who asks for more than traces. */
  public final PlanPipeline pipeline() {
    if (pipeline == null) {
      throw new IllegalStateException("nothing is scheduled");
    }
    return pipeline;
  }

  /**
   * Says which stages share some weights, whose ranks are then the groups of a kind. The subclass
   * calls it in its constructor, behind {@link #schedule}.
   *
   * @param kind its number
   */
  protected final void sharing(int kind, IntPredicate isHeldBy) {
    groups.sharing(kind, IntStream.range(0, stages).filter(isHeldBy).boxed().toList());
  }

  /** Whether a stage shares the weights of a kind of group with another one. */
  protected final boolean shares(int kind, int stage) {
    return groups.shares(kind, stage);
  }

  /** Whether embedding and head lie on different stages. */
  protected final boolean endsApart() {
    return !last(pipeline().layers().chain().stageAt(0));
  }

  /** Whether the stage holds the embedding. */
  protected final boolean first(int stage) {
    return pipeline().layers().chain().isFirst(stage);
  }

  /** Whether the stage holds the head. */
  protected final boolean last(int stage) {
    return pipeline().layers().chain().isLast(stage);
  }

  /** Whether the backward pass of the layer computes again what the plan names. */
  protected final boolean recomputes(int layer) {
    return plan.recompute().isSelected(layer);
  }

  /** How many layers of a kind lie on the stage. */
  protected final long layersOf(int stage, LayerKinds kinds, int kind) {
    return pipeline().layers().layersOf(stage, kinds, kind);
  }

  @Override
  public final RankTrace open(int rank, Emission emission) {
    return pipeline().open(rank, emission);
  }

  @Override
  public final int actions(int rank) {
    return pipeline().course(stage(rank)).actions().size() + 1;
  }

  /** The model's own passes, and the end of its step. */
  private final class OwnWork implements ModelWork {
    @Override
    public long make(RankEmitter rank, PipelinePass pass, int layer, long input) {
      return makeNodes(rank, pass, layer, input);
    }

    @Override
    public void step(RankEmitter rank, int stage) {
      PipelineFlattener.this.step(rank, stage);
      if (host != null) {
        rank.compute(host.ofStep());
      }
    }

    @Override
    public long assemble(RankEmitter rank, long received) {
      return PipelineFlattener.this.assemble(rank, received);
    }

    @Override
    public long messageBytes() {
      return PipelineFlattener.this.messageBytes();
    }

    @Override
    public long sampledTokens() {
      return PipelineFlattener.this.sampledTokens();
    }

    @Override
    public Object program() {
      return PipelineFlattener.this.program();
    }

    @Override
    public boolean areAlike(int layer, int other) {
      return PipelineFlattener.this.areAlike(layer, other);
    }
  }

  private long makeNodes(RankEmitter rank, PipelinePass pass, int layer, long input) {
    if (host == null) {
      return makeWork(rank, pass, layer, input);
    }
    rank.measure(host);
    long made = makeWork(rank, pass, layer, input);
    return rank.waitForHost(host, pass, made);
  }

  private long makeWork(RankEmitter rank, PipelinePass pass, int layer, long input) {
    switch (pass) {
      case EMBED_FORWARD -> {
        return forwardEmbed(rank);
      }
      case LAYER_FORWARD -> {
        return forwardLayer(rank, layer, input);
      }
      case HEAD_FORWARD -> forwardHead(rank, input);
      case HEAD_BACKWARD -> {
        return backwardHead(rank);
      }
      case HEAD_INPUT -> {
        return backwardHeadInput(rank);
      }
      case HEAD_WEIGHT -> backwardHeadWeight(rank);
      case LAYER_BACKWARD -> {
        computeAgain(rank, layer);
        return backwardLayer(rank, layer, input);
      }
      case LAYER_INPUT -> {
        computeAgain(rank, layer);
        return backwardLayerInput(rank, layer, input);
      }
      case LAYER_WEIGHT -> backwardLayerWeight(rank, layer);
      case EMBED_BACKWARD -> backwardEmbed(rank, input);
    }
    return RankEmitter.NONE;
  }

  /** See {@link PlanPipeline#program}. */
  protected Object program() {
    return getClass();
  }

  /** See {@link PlanPipeline#areAlike}. */
  protected boolean areAlike(int layer, int other) {
    return false;
  }

  private void computeAgain(RankEmitter rank, int layer) {
    if (plan.recompute().isFull(layer)) {
      rank.recompute();
      forwardLayer(rank, layer, RankEmitter.NONE);
      rank.backward();
    }
  }
}
