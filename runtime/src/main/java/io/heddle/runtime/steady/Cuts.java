package io.heddle.runtime.steady;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.plan.schedule.Chain;
import io.heddle.runtime.pipeline.FewerMicroBatches;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where more cycles can be put into the actions of each stage: behind actions that do what those a
 * period before do, and that need nothing of what comes behind the cut of another stage.
 */
final class Cuts {
  private static final int NONE = -1;

  private final Repetition[] stages;
  private final int[] cuts;

  private Cuts(Repetition[] stages) {
    this.stages = stages;
    this.cuts = Arrays.stream(stages).mapToInt(Repetition::to).toArray();
  }

  /** Finds them; empty where a stage has none. */
  static Optional<Cuts> of(
      PipelineFlattener plan, FewerMicroBatches few, Repetition[] stages, CycleWatch watch) {
    Cuts cuts = new Cuts(stages);
    for (int rank : watch.ranks()) {
      cuts.behindWhatRepeats(few.stage(rank), watch.record(rank));
    }
    cuts.beforeWhatWaits(plan, few);
    for (int stage = 0; stage < stages.length; stage++) {
      if (cuts.cuts[stage] < stages[stage].earliestCut()) {
        return Optional.empty();
      }
    }
    return Optional.of(cuts);
  }

  /** The action of a stage before which cycles can be put in. */
  int of(int stage) {
    return cuts[stage];
  }

  /** Leaves out the last actions of all, which end what the others go on with. */
  private void behindWhatRepeats(int stage, ActionRecord record) {
    int period = stages[stage].period();
    int to = cuts[stage];
    for (int i = to - 1; i >= Math.max(to - period, period); i--) {
      if (!record.isSame(i - period, i)) {
        cuts[stage] = i;
      }
    }
  }

  private void beforeWhatWaits(PipelineFlattener plan, FewerMicroBatches few) {
    Chain chain = plan.pipeline().layers().chain();
    int[][] places = new int[stages.length][];
    for (int stage = 0; stage < stages.length; stage++) {
      places[stage] = places(few, stage, chain.chunks());
    }
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int stage = 0; stage < stages.length; stage++) {
        List<Action> actions = few.actionsOfStage(stage);
        for (int i = stages[stage].from(); i < cuts[stage]; i++) {
          if (waitsBehind(actions.get(i), stage, chain, places)) {
            cuts[stage] = i;
            moved = true;
          }
        }
      }
    }
  }

  /** Whether an action needs something of another stage behind that stage's cut. */
  private boolean waitsBehind(Action action, int stage, Chain chain, int[][] places) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = chain.place(stage, action.chunk());
    if (action.kind() == Kind.BACKWARD_WEIGHT
        || (forward ? chain.begins(place) : chain.ends(place))) {
      return false;
    }
    int from = forward ? place - 1 : place + 1;
    int sender = chain.stageAt(from);
    Action needed = new Action(action.kind(), action.microBatch(), chain.chunkAt(from));
    int at = places[sender][index(needed, chain.chunks())];
    return at == NONE || at >= cuts[sender];
  }

  /** The place of each forward and backward pass among the actions of a stage. */
  private static int[] places(FewerMicroBatches few, int stage, int chunks) {
    int[] places = new int[2 * chunks * few.microBatches()];
    Arrays.fill(places, NONE);
    List<Action> actions = few.actionsOfStage(stage);
    for (int i = 0; i < actions.size(); i++) {
      if (actions.get(i).kind() != Kind.BACKWARD_WEIGHT) {
        places[index(actions.get(i), chunks)] = i;
      }
    }
    return places;
  }

  private static int index(Action action, int chunks) {
    int direction = action.kind() == Kind.FORWARD ? 0 : 1;
    return (2 * action.microBatch() + direction) * chunks + action.chunk();
  }
}
