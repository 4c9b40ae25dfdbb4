package io.heddle.runtime.bound;

import io.heddle.plan.GradientReduction;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.pipeline.Course;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.pipeline.PlanPipeline;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.RankTrace;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The paths through the actions of a stage, found on one of its ranks that takes a few
 * micro-batches in turn: one whose actions are as those of all, and the last.
 */
final class StagePaths {
  private static final int MOST_WALKED = 3;

  private final PipelineFlattener flattener;
  private final PlanPipeline pipeline;
  private final LayerSplit layers;
  private final int stage;
  private final boolean besideEachOther;
  private final boolean passesAlone;
  private final int walked;
  private final Map<Kind, ActionPaths[]> ofAll = new EnumMap<>(Kind.class);
  private final Map<Kind, ActionPaths[]> ofLast = new EnumMap<>(Kind.class);
  private final long[] communicating;
  private final ActionPaths step;

  /**
   * @param rank of the stage
   * @param passesAlone whether what is beside the passes and behind them is left out
   */
  StagePaths(
      PipelineFlattener flattener, LeastTimes times, int stage, int rank, boolean passesAlone) {
    this.flattener = flattener;
    this.pipeline = flattener.pipeline();
    this.layers = pipeline.layers();
    this.stage = stage;
    List<Action> actions = pipeline.course(stage).actions();
    this.besideEachOther = actions.stream().anyMatch(Action::besideNext);
    this.passesAlone = passesAlone;
    this.walked =
        pipeline.sharesDuringPasses() && !passesAlone
            ? Math.min(MOST_WALKED, flattener.microBatches())
            : 1;
    for (Kind kind : Kind.values()) {
      ofAll.put(kind, new ActionPaths[layers.chunks()]);
      ofLast.put(kind, new ActionPaths[layers.chunks()]);
    }
    this.communicating = new long[walked];
    Course course = Course.inTurn(walked, layers.chunks(), pipeline.schedule());
    @Nullable Group[] groups = pipeline.groupsAround(rank);
    RankTrace trace =
        passesAlone
            ? pipeline.openPasses(rank, groups, course, Emission.WHOLE)
            : pipeline.openAlone(rank, groups, course, Emission.WHOLE);
    ActionWalk walk = new ActionWalk(flattener, times, rank);
    List<Action> inTurn = course.actions();
    for (int i = 0; i < inTurn.size(); i++) {
      Action action = inTurn.get(i);
      walk.begin(aside(action));
      trace.emit(i, walk);
      ActionPaths paths = walk.end();
      communicating[action.microBatch()] += paths.communicating();
      if (action.microBatch() == typical(action.kind())) {
        Objects.requireNonNull(ofAll.get(action.kind()))[action.chunk()] = paths;
      }
      Objects.requireNonNull(ofLast.get(action.kind()))[action.chunk()] = paths;
    }
    walk.begin((header, collective) -> true);
    if (!passesAlone) {
      trace.emit(inTurn.size(), walk);
    }
    this.step = walk.end();
  }

  /** A micro-batch behind which and before which there is another, as far as it matters. */
  private int typical(Kind kind) {
    // The first forward pass gathers more than others, the last backward pass reduces more.
    return kind == Kind.FORWARD ? Math.min(1, walked - 1) : Math.max(0, walked - 2);
  }

  /** Whether an action makes gradients of weights. */
  static boolean makesWeights(Action action) {
    return action.kind() == Kind.BACKWARD || action.kind() == Kind.BACKWARD_WEIGHT;
  }

  /**
   * What stands aside of an action in whatever course the rank takes: gathers for its own units,
   * and reductions of what it has made by itself.
   */
  private ActionWalk.Aside aside(Action action) {
    if (besideEachOther) {
      return (header, collective) -> false;
    }
    int place = layers.place(stage, action.chunk());
    Direction direction = action.kind() == Kind.FORWARD ? Direction.FORWARD : Direction.BACKWARD;
    boolean gathersAlways = !flattener.plan().optimizer().weights().once();
    boolean reduces = makesWeights(action) && reducesAlike();
    return (header, collective) -> {
      boolean own =
          header.microBatch() == action.microBatch()
              && header.direction() == direction
              && header.layer() >= layers.firstLayer(place)
              && header.layer() < layers.endLayer(place);
      return collective.reduces() ? reduces : own && gathersAlways;
    };
  }

  /** Whether an action reduces the same gradients, in the same pieces, in every course. */
  private boolean reducesAlike() {
    boolean holdsBothEnds = layers.chain().isFirst(stage) && layers.chain().isLast(stage);
    boolean shares =
        pipeline.sharesLayersDuringPasses()
            || (holdsBothEnds && pipeline.sharesTableDuringPasses());
    if (layers.chunks() > 1 && shares) {
      return false;
    }
    return switch (reduction().when()) {
      case AT_END, PER_LAYER -> true;
      // A pass leaves none of its gradients to the next where all are scattered behind it.
      case IN_BUCKETS -> reduction().everyMicroBatch() || layers.chunks() == 1;
      // Gathers for units of other actions take gaps away.
      case IN_GAPS ->
          reduction().everyMicroBatch() && !flattener.plan().optimizer().weights().sharded();
    };
  }

  private GradientReduction reduction() {
    return flattener.plan().optimizer().gradients();
  }

  /** The end of the step. */
  ActionPaths step() {
    return step;
  }

  /**
   * The paths through the actions of a kind, as if nothing were beside them.
   *
   * @param last of those that make gradients of the chunk's weights
   */
  ActionPaths of(Kind kind, int chunk, boolean last) {
    return Objects.requireNonNull(Objects.requireNonNull((last ? ofLast : ofAll).get(kind))[chunk]);
  }

  /** ns that the communication lane is held by all actions, one node behind the other. */
  long communicating() {
    if (passesAlone || besideEachOther || !reducesAlike()) {
      return 0;
    }
    long microBatches = flattener.microBatches();
    long sum = 0;
    for (int m = 0; m < walked; m++) {
      boolean many = walked == 1 || (walked == MOST_WALKED && m == 1);
      long often = many ? microBatches - (walked - 1) : 1;
      sum = Math.addExact(sum, Math.multiplyExact(communicating[m], often));
    }
    return sum;
  }
}
