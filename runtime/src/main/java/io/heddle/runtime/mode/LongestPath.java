package io.heddle.runtime.mode;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.runtime.trace.PipelineFlattener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The longest path through the actions of all stages: each runs as soon as its stage is free and
 * what it needs has come. A message takes its route's time and holds up nothing.
 */
final class LongestPath {
  private static final long NOT_YET = -1;

  private final LayerSplit layers;
  private final List<StageWalk> stages;
  private final List<List<Action>> actions = new ArrayList<>();
  private final int microBatches;
  private final MessageTimes messages;

  /** End of each pass, forward passes first. */
  private final long[] done;

  private final long[] free;
  private final int[] ran;

  LongestPath(PipelineFlattener flattener, List<StageWalk> stages, MessageTimes messages) {
    this.layers = flattener.layers();
    this.stages = stages;
    this.microBatches = flattener.microBatches();
    this.messages = messages;
    for (int stage = 0; stage < stages.size(); stage++) {
      actions.add(flattener.course(stage).actions());
    }
    long passes = 2L * layers.chain().places() * microBatches;
    this.done = new long[Math.toIntExact(passes)];
    Arrays.fill(done, NOT_YET);
    this.free = new long[stages.size()];
    this.ran = new int[stages.size()];
  }

  /** When each stage is done with its last action, ns. */
  long[] ends() {
    boolean moved = true;
    while (moved) {
      moved = false;
      // Up and down the stages, as micro-batches go.
      for (int stage = 0; stage < free.length; stage++) {
        moved |= advance(stage);
      }
      for (int stage = free.length - 1; stage >= 0; stage--) {
        moved |= advance(stage);
      }
    }
    return free.clone();
  }

  /** Runs the actions of a stage that can; whether there was one. */
  private boolean advance(int stage) {
    int before = ran[stage];
    List<Action> own = actions.get(stage);
    while (ran[stage] < own.size()) {
      Action action = own.get(ran[stage]);
      long ready = ready(stage, action);
      if (ready == NOT_YET) {
        break;
      }
      long begin = Math.max(free[stage], ready);
      free[stage] = Math.addExact(begin, stages.get(stage).nanos(action));
      if (action.kind() != Kind.BACKWARD_WEIGHT) {
        done[index(action, layers.place(stage, action.chunk()))] = free[stage];
      }
      ran[stage]++;
    }
    return ran[stage] > before;
  }

  private long ready(int stage, Action action) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    if (action.kind() == Kind.BACKWARD_WEIGHT
        || (forward ? layers.begins(place) : layers.ends(place))) {
      return 0;
    }
    int from = forward ? place - 1 : place + 1;
    long sent = done[index(action, from)];
    return sent == NOT_YET
        ? NOT_YET
        : Math.addExact(sent, messages.nanos(layers.chain().stageAt(from), stage));
  }

  private int index(Action action, int place) {
    int direction = action.kind() == Kind.FORWARD ? 0 : 1;
    return (direction * layers.chain().places() + place) * microBatches + action.microBatch();
  }
}
