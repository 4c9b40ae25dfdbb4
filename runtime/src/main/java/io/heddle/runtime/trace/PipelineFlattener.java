package io.heddle.runtime.trace;

import io.heddle.runtime.mesh.GroupKind;
import io.heddle.runtime.mesh.Groups;
import io.heddle.runtime.mesh.Mesh;
import io.heddle.runtime.mesh.View;
import io.heddle.runtime.plan.PlanValues;
import io.heddle.runtime.schedule.Action;
import io.heddle.runtime.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;

/**
 * What all generated flatteners share: the loop over the actions of a stage, messages between
 * stages, order of layers. The subclass adds the model: what one layer, the embedding, the head and
 * the end of the step consist of.
 */
public abstract class PipelineFlattener implements Flattener {
  private final PlanValues plan;
  private final Mesh mesh;
  private final Groups groups;
  private final int pipelineAxis;
  private final int stages;
  private final List<List<Action>> actionsOfStage = new ArrayList<>();
  private int[] firstLayers = {0, 0};
  private int microBatches;

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
    this.groups = new Groups(mesh, kinds, plan.cluster().ringOrder());
    this.pipelineAxis = mesh.indexOf(pipelineAxis);
    this.stages = mesh.size(pipelineAxis);
  }

  /**
   * Lays out the schedule. The subclass calls it once, in its constructor, when it has checked the
   * plan.
   *
   * @param layers of the whole model
   * @param microBatches of one replica in one step, at least 1
   */
  protected final void schedule(long layers, long microBatches) {
    this.firstLayers = plan.stages().boundaries(layers, stages);
    this.microBatches = Math.toIntExact(microBatches);
    PipelineSchedule schedule =
        PipelineSchedule.named(plan.schedule())
            .orElseThrow(() -> new IllegalArgumentException("no schedule " + plan.schedule()));
    for (int stage = 0; stage < stages; stage++) {
      actionsOfStage.add(schedule.actions(stage, stages, this.microBatches));
    }
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

  /** Reduction of gradients and the optimizer, after the last micro-batch. */
  protected abstract void step(RankEmitter rank, int stage);

  /** Bytes of the stream tensor on one rank, as it is stored. */
  protected abstract long streamBytes();

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
    return groups;
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
  public final int microBatches() {
    return microBatches;
  }

  /** Whether the stage holds the embedding. */
  protected final boolean first(int stage) {
    return stage == 0;
  }

  /** Whether the stage holds the head. */
  protected final boolean last(int stage) {
    return stage == stages - 1;
  }

  /** Whether the backward pass of the layer computes again what the plan names. */
  protected final boolean recomputes(int layer) {
    return plan.recompute().isSelected(layer);
  }

  /** How many of the layers {@code from} to {@code to - 1} of the model lie on the stage. */
  protected final long layersOf(int stage, long from, long to) {
    long begin = Math.max(from, firstLayers[stage]);
    long end = Math.min(to, firstLayers[stage + 1]);
    return Math.max(0, end - begin);
  }

  @Override
  public final RankEmitter open(int rank) {
    boolean pairwiseExchange = plan.cluster().liveDimensions().size() > 1;
    return new RankEmitter(rank, stage(rank), groups.of(rank), pairwiseExchange);
  }

  @Override
  public final int actions(int rank) {
    return actionsOfStage.get(stage(rank)).size() + 1;
  }

  @Override
  public final void emit(RankEmitter rank, int action, NodeSink sink) {
    int stage = stage(rank.rank());
    List<Action> actions = actionsOfStage.get(stage);
    rank.begin(action, sink);
    if (action == actions.size()) {
      rank.at(Direction.STEP, -1);
      step(rank, stage);
      return;
    }
    Action now = actions.get(action);
    if (action == 0) {
      rank.received(receive(rank, stage, now, RankEmitter.NONE));
    }
    long input = rank.received();
    long nextInput =
        action + 1 < actions.size()
            ? receive(rank, stage, actions.get(action + 1), input)
            : RankEmitter.NONE;
    switch (now.kind()) {
      case FORWARD -> forward(rank, stage, now.microBatch(), input);
      case BACKWARD -> backward(rank, stage, now.microBatch(), input);
    }
    rank.received(nextInput);
  }

  private void forward(RankEmitter rank, int stage, int microBatch, long input) {
    rank.at(Direction.FORWARD, microBatch);
    long x = first(stage) ? forwardEmbed(rank) : input;
    int begin = firstLayers[stage];
    int end = firstLayers[stage + 1];
    for (int layer = begin; layer < end; layer++) {
      rank.layer(layer);
      x = forwardLayer(rank, layer, x);
    }
    if (last(stage)) {
      rank.layer(-1);
      forwardHead(rank, x);
    } else {
      send(rank, 1, x);
    }
  }

  private void backward(RankEmitter rank, int stage, int microBatch, long input) {
    rank.at(Direction.BACKWARD, microBatch);
    long dx = last(stage) ? backwardHead(rank) : input;
    int begin = firstLayers[stage];
    int end = firstLayers[stage + 1];
    for (int layer = end - 1; layer >= begin; layer--) {
      rank.layer(layer);
      if (plan.recompute().isFull(layer)) {
        rank.recompute();
        forwardLayer(rank, layer, RankEmitter.NONE);
        rank.backward();
      }
      dx = backwardLayer(rank, layer, dx);
    }
    if (first(stage)) {
      rank.layer(-1);
      backwardEmbed(rank, dx);
    } else {
      send(rank, -1, dx);
    }
  }

  private void send(RankEmitter rank, int stagesOn, long tensor) {
    int peer = rank.rank() + stagesOn * mesh.stride(pipelineAxis);
    rank.needs(tensor).send("stream.send", peer, tag(rank), streamBytes());
  }

  /** Posts the receive that an action needs; returns {@link RankEmitter#NONE} if it needs none. */
  private long receive(RankEmitter rank, int stage, Action action, long after) {
    boolean forward = action.kind() == Action.Kind.FORWARD;
    if (forward ? first(stage) : last(stage)) {
      return RankEmitter.NONE;
    }
    rank.at(forward ? Direction.FORWARD : Direction.BACKWARD, action.microBatch());
    rank.layer(forward ? firstLayers[stage] : firstLayers[stage + 1] - 1);
    int peer = rank.rank() + (forward ? -1 : 1) * mesh.stride(pipelineAxis);
    return rank.receive("stream.recv", peer, tag(rank), streamBytes(), after);
  }

  /** One for each micro-batch and direction: no two messages of a pair of ranks share it. */
  private static int tag(RankEmitter rank) {
    return 2 * rank.microBatch() + (rank.isForward() ? 0 : 1);
  }
}
