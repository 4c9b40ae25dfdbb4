package io.heddle.runtime.trace;

import io.heddle.plan.KernelKind;
import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Quantisation;
import io.heddle.plan.StreamSpan;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.mesh.View;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.cost.KernelTimes;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What all generated flatteners share: the loop over the actions of a stage, messages between
 * stages, order of layers. The subclass adds the model: what one layer, the embedding, the head and
 * the end of the step consist of.
 */
public abstract class PipelineFlattener implements Flattener {
  /** Bytes of a token's number. */
  private static final long TOKEN_BYTES = 4;

  private final PlanValues plan;
  private final Mesh mesh;
  private final GroupKind[] kinds;
  private final int pipelineAxis;
  private final int stages;
  private final @Nullable KernelTimes kernelTimes;
  private final @Nullable CarriedBytes carriedBytes;
  private final Object groupsLock = new Object();
  private volatile @Nullable Groups groups;
  private @Nullable Courses courses;
  private @Nullable LayerSplit layers;
  private @Nullable PipelineSchedule schedule;
  private @Nullable ActionPasses passes;
  private @Nullable SampledTokens sampled;
  private @Nullable SharedWork shared;
  private final @Nullable HostTime host;
  private List<StreamSpan> streams = List.of();
  private List<ExpertRoute> routes = List.of();
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
    this.kinds = kinds.toArray(new GroupKind[0]);
    this.pipelineAxis = mesh.indexOf(pipelineAxis);
    this.stages = mesh.size(pipelineAxis);
    this.kernelTimes = KernelTimes.of(plan.cluster().device(), plan.engine());
    this.carriedBytes = CarriedBytes.of(plan.cluster(), plan.engine());
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
    this.layers = split;
    this.microBatches = Math.toIntExact(microBatches);
    PipelineSchedule rules = plan.schedule().rules();
    rules
        .objection(pipeline())
        .ifPresent(
            objection -> {
              throw new IllegalArgumentException(objection.problem());
            });
    this.schedule = rules;
    this.courses = new Courses(rules, pipeline());
    this.sampled = new SampledTokens(this, stride());
    this.passes = new ActionPasses(split, new StreamMessages(this, split, stride(), sampled));
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

  /** Whether ranks of a stage have different numbers of rows of experts. */
  public final boolean hasExpertLoads() {
    return !routes.isEmpty();
  }

  /**
   * Says what data-parallel ranks share. The subclass calls it once, in its constructor, if the
   * plan reduces gradients before the end of the step or splits weights.
   */
  protected final void share(DataGroups groups) {
    this.shared = new SharedWork(this, groups);
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
   * @param quantises whether the kernel quantises its left operand itself
   */
  protected final KernelSpec linear(
      String name, String title, boolean quantises, long batch, long m, long k, long n) {
    Quantisation products = Objects.requireNonNull(plan.precision().products());
    return gemm(name, title, batch, m, k, n).of(new QuantisedOperands(products, quantises));
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

  /** Whether the model has more streams than one: what travels depends on who reads it later. */
  public final boolean hasSeveralStreams() {
    return !streams.isEmpty();
  }

  /**
   * Bytes of a message between neighbours in the chain of chunks.
   *
   * @param from the place that sends it
   * @param to the place that receives it
   */
  public final long bytesBetweenStages(int from, int to) {
    return streams.isEmpty()
        ? messageBytes()
        : Streams.bytes(streams, layers().firstLayer(Math.max(from, to)), to > from);
  }

  /**
   * Bytes of the tokens that a pass draws, which the last stage sends to the first; 0 where none
   * are drawn, or both are one.
   */
  public final long sampledBytes() {
    return plan.schedule().samples() && endsApart()
        ? Math.multiplyExact(TOKEN_BYTES, sampledTokens())
        : 0;
  }

  /** Tokens that a pass of one replica draws: one for each sequence. */
  protected long sampledTokens() {
    return plan.microBatch();
  }

  /**
   * Batches of a replica that are in work at a time while steps follow each other: where a step is
   * that of one batch which draws tokens, a pipeline has one on each stage. Of any other step, 1.
   */
  public final int batchesInWork() {
    return plan.schedule().samples() && microBatches == 1 ? stages : 1;
  }

  /** Makes the stream tensor of a message; returns the node that does. */
  protected long assemble(RankEmitter rank, long received) {
    return received;
  }

  /** What communication carries in place of its bytes; null where no network has figures. */
  public final @Nullable CarriedBytes carriedBytes() {
    return carriedBytes;
  }

  @Override
  public final PlanValues plan() {
    return plan;
  }

  @Override
  public final Mesh mesh() {
    return mesh;
  }

  /** Made when they are first asked for: who asks for the work of a rank alone needs no ids. */
  @Override
  public final Groups groups() {
    Groups made = groups;
    if (made == null) {
      synchronized (groupsLock) {
        made = groups;
        if (made == null) {
          made = new Groups(mesh, List.of(kinds), plan.cluster().ringOrder());
          groups = made;
        }
      }
    }
    return made;
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
    return routes.isEmpty() ? OptionalInt.of(stride()) : OptionalInt.empty();
  }

  private int stride() {
    return pipelineAxis < 0 ? 0 : mesh.stride(pipelineAxis);
  }

  @Override
  public final int microBatches() {
    return microBatches;
  }

  /** The numbers that the schedule is laid out for. */
  public final Pipeline pipeline() {
    return plan.schedule().pipeline(stages, microBatches);
  }

  /**
   * Says which stages share some weights, whose ranks are then the groups of a kind. The subclass
   * calls it in its constructor, behind {@link #schedule}.
   *
   * @param kind its number
   */
  protected final void sharing(int kind, IntPredicate isHeldBy) {
    kinds[kind] =
        new GroupKind(
            kinds[kind].axes(),
            GroupKind.Members.SOME,
            IntStream.range(0, stages).filter(isHeldBy).boxed().toList());
  }

  /** Whether a stage shares the weights of a kind of group with another one. */
  protected final boolean shares(int kind, int stage) {
    return kinds[kind].places().size() > 1 && kinds[kind].places().contains(stage);
  }

  /** Whether embedding and head lie on different stages. */
  protected final boolean endsApart() {
    return !last(layers().chain().stageAt(0));
  }

  /** Whether the stage holds the embedding. */
  protected final boolean first(int stage) {
    return layers().chain().isFirst(stage);
  }

  /** Whether the stage holds the head. */
  protected final boolean last(int stage) {
    return layers().chain().isLast(stage);
  }

  /** Whether the backward pass of the layer computes again what the plan names. */
  protected final boolean recomputes(int layer) {
    return plan.recompute().isSelected(layer);
  }

  /** How many layers of a kind lie on the stage. */
  protected final long layersOf(int stage, LayerKinds kinds, int kind) {
    return layers().layersOf(stage, kinds, kind);
  }

  /** Which layers lie where. */
  public final LayerSplit layers() {
    return scheduled(layers);
  }

  /** In which order stages run their micro-batches. */
  public final PipelineSchedule schedule() {
    return scheduled(schedule);
  }

  private static <T> T scheduled(@Nullable T made) {
    if (made == null) {
      throw new IllegalStateException("nothing is scheduled");
    }
    return made;
  }

  /** What the ranks of a stage do in which order. */
  public final Course course(int stage) {
    return scheduled(courses).of(stage);
  }

  @Override
  public final RankEmitter open(int rank) {
    return open(rank, course(stage(rank)));
  }

  /** As {@link #open(int)}, but another makes the passes; all else is as it is. */
  public final RankEmitter open(int rank, PassMaker maker) {
    return open(rank, course(stage(rank)), groups().of(rank), maker);
  }

  /** The groups of a rank alone, see {@link Groups#around}. */
  public final @Nullable Group[] groupsAround(int rank) {
    return Groups.around(rank, mesh, List.of(kinds), plan.cluster().ringOrder());
  }

  /**
   * As {@link #open(int, PassMaker)}, but the rank goes its own course.
   *
   * @param groupsOfRank as {@link #groupsAround} gives them
   */
  public final RankEmitter openAlone(
      int rank, @Nullable Group[] groupsOfRank, Course course, PassMaker maker) {
    return open(rank, course, groupsOfRank, maker);
  }

  /** As the other, but the passes are the model's own. */
  public final RankEmitter openAlone(int rank, @Nullable Group[] groupsOfRank, Course course) {
    return open(rank, course, groupsOfRank, this::makeNodes);
  }

  /**
   * A rank to ask for single passes with {@link #emitPass}.
   *
   * @param groupsOfRank as {@link #groupsAround} gives them
   */
  public final RankEmitter openAlone(int rank, @Nullable Group[] groupsOfRank) {
    return bare(rank, groupsOfRank);
  }

  /**
   * Whether ranks of data-parallel groups share anything before the end of the step, so that
   * micro-batches are not all alike.
   */
  public final boolean sharesDuringPasses() {
    return shared != null;
  }

  /**
   * Whether ranks of data-parallel groups reduce the gradient of a table that embedding and head
   * share before the end of the step. Where a stage has both, the order of its actions says which
   * of them it is reduced with.
   */
  public final boolean sharesTableDuringPasses() {
    return shared != null && shared.hasTable();
  }

  /** A rank among all those of the plan, to ask for single passes with {@link #emitPass}. */
  public final RankEmitter openForPasses(int rank) {
    return bare(rank, groups().of(rank));
  }

  /** As {@link #open(int)}, but the rank goes its own course, among all ranks of the plan. */
  final RankEmitter open(int rank, Course course) {
    return open(rank, course, groups().of(rank), this::makeNodes);
  }

  private RankEmitter bare(int rank, @Nullable Group[] groupsOfRank) {
    boolean pairwiseExchange = plan.cluster().liveDimensions().size() > 1;
    RankEmitter emitter = new RankEmitter(rank, stage(rank), groupsOfRank, pairwiseExchange);
    if (!streams.isEmpty()) {
      emitter.streams(new Streams(streams));
    }
    if (!routes.isEmpty()) {
      emitter.rows(new RankRows(routes, mesh, rank));
    }
    if (carriedBytes != null) {
      emitter.carry(new TransferSizes(carriedBytes, rank));
    }
    return emitter;
  }

  private RankEmitter open(
      int rank, Course course, @Nullable Group[] groupsOfRank, PassMaker maker) {
    RankEmitter emitter = bare(rank, groupsOfRank);
    emitter.follow(course, maker);
    if (shared != null) {
      emitter.share(shared.of(emitter, stage(rank), course));
    }
    return emitter;
  }

  @Override
  public final int actions(int rank) {
    return course(stage(rank)).actions().size() + 1;
  }

  /**
   * Writes the nodes of one pass and nothing else: no messages between stages, no gathers of
   * weights, no reductions. What the pass uses of others is there.
   *
   * @param rank any number of passes were asked for before
   * @param action the number of those
   * @param layer of the rank's stage; -1 where the pass is of none
   */
  public final void emitPass(RankEmitter rank, int action, Pass pass, int layer, NodeSink sink) {
    rank.begin(action, sink);
    rank.at(pass.direction(), 0);
    rank.layer(layer);
    makeNodes(rank, pass, layer, RankEmitter.NONE);
    rank.end();
  }

  private long makeNodes(RankEmitter rank, Pass pass, int layer, long input) {
    if (host == null) {
      return makeWork(rank, pass, layer, input);
    }
    rank.measure(host);
    long made = makeWork(rank, pass, layer, input);
    return rank.waitForHost(host, pass, made);
  }

  private long makeWork(RankEmitter rank, Pass pass, int layer, long input) {
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

  /**
   * What decides, together with the values of the plan, all that is emitted: flatteners that have
   * it in common and equal values emit the same.
   */
  public Object program() {
    return getClass();
  }

  /**
   * Whether two layers are known to emit the same on each rank of their stage, whatever pass is
   * asked for. Who does not know says no: then what they emit is compared.
   */
  public boolean areAlike(int layer, int other) {
    return false;
  }

  private void computeAgain(RankEmitter rank, int layer) {
    if (plan.recompute().isFull(layer)) {
      rank.recompute();
      forwardLayer(rank, layer, RankEmitter.NONE);
      rank.backward();
    }
  }

  @Override
  public final void emit(RankEmitter rank, int action, NodeSink sink) {
    rank.begin(action, sink);
    int stage = stage(rank.rank());
    if (action < rank.course().actions().size()) {
      scheduled(passes).emit(rank, stage, action);
      return;
    }
    if (first(stage) && scheduled(sampled).travel()) {
      scheduled(sampled).rest(rank);
    }
    rank.at(Direction.STEP, -1);
    rank.separate(RankEmitter.NONE);
    step(rank, stage);
    if (host != null) {
      rank.compute(host.ofStep());
    }
  }
}
