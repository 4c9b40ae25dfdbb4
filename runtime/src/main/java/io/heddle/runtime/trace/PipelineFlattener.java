package io.heddle.runtime.trace;

import io.heddle.runtime.mesh.GroupKind;
import io.heddle.runtime.mesh.Groups;
import io.heddle.runtime.mesh.Mesh;
import io.heddle.runtime.mesh.View;
import io.heddle.runtime.plan.GradientReduction;
import io.heddle.runtime.plan.GradientReduction.When;
import io.heddle.runtime.plan.PlanValues;
import io.heddle.runtime.plan.WeightGathers;
import io.heddle.runtime.schedule.Action;
import io.heddle.runtime.schedule.Action.Kind;
import io.heddle.runtime.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private final List<LastPasses> lastPassesOfStage = new ArrayList<>();
  private @Nullable LayerSplit layers;
  private @Nullable DataGroups dataGroups;
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
    LayerSplit split = new LayerSplit(plan, layers, stages);
    this.layers = split;
    this.microBatches = Math.toIntExact(microBatches);
    String name = plan.schedule().name();
    PipelineSchedule schedule =
        PipelineSchedule.named(name)
            .orElseThrow(() -> new IllegalArgumentException("no schedule " + name));
    for (int stage = 0; stage < stages; stage++) {
      List<Action> actions = schedule.actions(stage, stages, this.microBatches, split.chunks());
      actionsOfStage.add(actions);
      lastPassesOfStage.add(new LastPasses(actions));
    }
  }

  /**
   * Says what data-parallel ranks share. The subclass calls it once, in its constructor, if the
   * plan reduces gradients before the end of the step or splits weights.
   */
  protected final void share(DataGroups groups) {
    this.dataGroups = groups;
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
    return layers().layersOf(stage, from, to);
  }

  private LayerSplit layers() {
    if (layers == null) {
      throw new IllegalStateException("nothing is scheduled");
    }
    return layers;
  }

  @Override
  public final RankEmitter open(int rank) {
    boolean pairwiseExchange = plan.cluster().liveDimensions().size() > 1;
    int stage = stage(rank);
    RankEmitter emitter = new RankEmitter(rank, stage, groups.of(rank), pairwiseExchange);
    DataGroups shared = dataGroups;
    if (shared != null) {
      GradientReduction gradients = plan.optimizer().gradients();
      boolean early = gradients.everyMicroBatch() || gradients.when() != When.AT_END;
      WeightGathers weights = plan.optimizer().weights();
      emitter.share(
          early ? new GradientBuckets(emitter, shared, gradients) : null,
          weights.sharded()
              ? new UnitGathers(
                  emitter, shared, weights, layers(), stage, actionsOfStage.get(stage))
              : null);
    }
    return emitter;
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
      rank.separate();
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
    int place = layers().place(stage, now.chunk());
    rank.at(now.kind() == Kind.FORWARD ? Direction.FORWARD : Direction.BACKWARD, now.microBatch());
    switch (now.kind()) {
      case FORWARD -> forward(rank, now, place, input);
      case BACKWARD, BACKWARD_INPUT -> backward(rank, action, now, place, input);
      case BACKWARD_WEIGHT -> backwardWeight(rank, action, place);
    }
    if (now.kind() != Kind.FORWARD) {
      reduceRest(rank, action);
    }
    rank.end();
    rank.received(nextInput);
  }

  /**
   * Takes a unit's gradients to be reduced, if this action makes the last that are added to them.
   */
  private void reduce(RankEmitter rank, int action, int unit) {
    GradientBuckets buckets = rank.buckets();
    if (buckets != null && (everyMicroBatch() || lastPasses(rank).isLastOfChunk(action))) {
      buckets.add(unit);
    }
  }

  private void reduceLayer(RankEmitter rank, int action, int layer) {
    if (dataGroups != null) {
      reduce(rank, action, dataGroups.unit(layer));
    }
  }

  private void reduceRest(RankEmitter rank, int action) {
    GradientBuckets buckets = rank.buckets();
    if (buckets != null && (everyMicroBatch() || lastPasses(rank).isLast(action))) {
      rank.layer(-1);
      buckets.flush();
    }
  }

  private boolean everyMicroBatch() {
    return plan.optimizer().gradients().everyMicroBatch();
  }

  private LastPasses lastPasses(RankEmitter rank) {
    return lastPassesOfStage.get(stage(rank.rank()));
  }

  private void forward(RankEmitter rank, Action now, int place, long input) {
    long x;
    if (layers().begins(place)) {
      rank.beginUnit();
      x = forwardEmbed(rank);
    } else {
      rank.layer(layers().firstLayer(place));
      x = assemble(rank, input);
    }
    for (int layer = layers().firstLayer(place); layer < layers().endLayer(place); layer++) {
      rank.layer(layer);
      rank.beginUnit();
      x = forwardLayer(rank, layer, x);
    }
    if (layers().ends(place)) {
      rank.layer(-1);
      rank.beginUnit();
      forwardHead(rank, x);
    } else {
      send(rank, now, place, place + 1, x);
    }
  }

  private void backward(RankEmitter rank, int action, Action now, int place, long input) {
    boolean whole = now.kind() == Kind.BACKWARD;
    long dx;
    if (layers().ends(place)) {
      rank.beginUnit();
      if (whole) {
        dx = backwardHead(rank);
        reduce(rank, action, DataGroups.HEAD);
      } else {
        dx = backwardHeadInput(rank);
      }
    } else {
      rank.layer(layers().endLayer(place) - 1);
      dx = assemble(rank, input);
    }
    for (int layer = layers().endLayer(place) - 1; layer >= layers().firstLayer(place); layer--) {
      rank.layer(layer);
      rank.beginUnit();
      if (plan.recompute().isFull(layer)) {
        rank.recompute();
        forwardLayer(rank, layer, RankEmitter.NONE);
        rank.backward();
      }
      dx = whole ? backwardLayer(rank, layer, dx) : backwardLayerInput(rank, layer, dx);
      if (!layers().begins(place) && layer == layers().firstLayer(place)) {
        // The stage before waits for it: no reduction goes first.
        send(rank, now, place, place - 1, dx);
      }
      if (whole) {
        reduceLayer(rank, action, layer);
      }
    }
    if (layers().begins(place)) {
      // No stage waits for this one: the embedding's gradient is not put off.
      rank.layer(-1);
      rank.beginUnit();
      backwardEmbed(rank, dx);
      reduce(rank, action, DataGroups.EMBED);
    }
  }

  private void backwardWeight(RankEmitter rank, int action, int place) {
    if (layers().ends(place)) {
      rank.separate();
      backwardHeadWeight(rank);
      reduce(rank, action, DataGroups.HEAD);
    }
    for (int layer = layers().endLayer(place) - 1; layer >= layers().firstLayer(place); layer--) {
      rank.layer(layer);
      rank.separate();
      backwardLayerWeight(rank, layer);
      reduceLayer(rank, action, layer);
    }
  }

  private void send(RankEmitter rank, Action now, int from, int to, long tensor) {
    int tag = tag(now, layers().chunkAt(to));
    rank.separate();
    rank.needs(tensor).send("stream.send", peer(rank, from, to), tag, messageBytes());
  }

  /** Posts the receive that an action needs; returns {@link RankEmitter#NONE} if it needs none. */
  private long receive(RankEmitter rank, int stage, Action action, long after) {
    int place = layers().place(stage, action.chunk());
    boolean forward = action.kind() == Kind.FORWARD;
    boolean needsNothing = forward ? layers().begins(place) : layers().ends(place);
    if (needsNothing || action.kind() == Kind.BACKWARD_WEIGHT) {
      return RankEmitter.NONE;
    }
    rank.at(forward ? Direction.FORWARD : Direction.BACKWARD, action.microBatch());
    rank.layer(forward ? layers().firstLayer(place) : layers().endLayer(place) - 1);
    int peer = peer(rank, place, forward ? place - 1 : place + 1);
    return rank.receive("stream.recv", peer, tag(action, action.chunk()), messageBytes(), after);
  }

  /** The rank that stands at another place of the chain and has the same other coordinates. */
  private int peer(RankEmitter rank, int place, int other) {
    int stagesOn = layers().stageAt(other) - layers().stageAt(place);
    return rank.rank() + stagesOn * mesh.stride(pipelineAxis);
  }

  /**
   * One for each micro-batch, receiving chunk and direction: no two messages of a pair of ranks
   * share it.
   */
  private int tag(Action action, int receivingChunk) {
    int direction = action.kind() == Kind.FORWARD ? 0 : 1;
    return 2 * (action.microBatch() * layers().chunks() + receivingChunk) + direction;
  }
}
