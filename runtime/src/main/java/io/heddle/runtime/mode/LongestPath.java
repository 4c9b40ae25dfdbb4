package io.heddle.runtime.mode;

import io.heddle.plan.LayerSplit;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.plan.schedule.ChainWalk;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.report.StepProgress;
import java.util.ArrayList;
import java.util.List;

/**
 * The longest path through the actions of all stages: each runs as soon as its stage is free and
 * what it needs has come. A message takes its route's time behind the messages that its stage sent
 * before, and holds up nothing else.
 */
final class LongestPath {
  /** After so many actions it is told how far the path has come; a power of two. */
  private static final int OFTEN = 1 << 10;

  private final LayerSplit layers;
  private final List<StageWalk> stages;
  private final List<List<Action>> actions = new ArrayList<>();
  private final MessageTimes messages;
  private final boolean inTurn;
  private final StepProgress progress;
  private final PipelineFlattener flattener;
  private final long all;
  private long begun;

  private final ChainWalk walk;
  private final long[] free;

  /** When the last message of each stage has arrived. */
  private final long[] sent;

  /** Time in which a stage waits, and its last message is under way. */
  private final long[] sending;

  /** Time in which a stage waits behind its first backward pass. */
  private final long[] waiting;

  /** When the first stage has the last tokens that were drawn; 0 where none are sent. */
  private long sampled;

  private final boolean[] turned;
  private final int[] ran;

  /**
   * @param inTurn whether the messages of a stage wait for each other
   * @param progress is told of actions now and then
   */
  LongestPath(
      PipelineFlattener flattener,
      List<StageWalk> stages,
      MessageTimes messages,
      boolean inTurn,
      StepProgress progress) {
    this.progress = progress;
    this.inTurn = inTurn;
    this.flattener = flattener;
    this.layers = flattener.pipeline().layers();
    this.stages = stages;
    this.messages = messages;
    for (int stage = 0; stage < stages.size(); stage++) {
      actions.add(flattener.pipeline().course(stage).actions());
    }
    this.all = actions.stream().mapToLong(List::size).sum();
    this.walk = new ChainWalk(layers.chain(), flattener.microBatches());
    this.free = new long[stages.size()];
    this.sent = new long[stages.size()];
    this.sending = new long[stages.size()];
    this.waiting = new long[stages.size()];
    this.turned = new boolean[stages.size()];
    this.ran = new int[stages.size()];
  }

  /** Runs all actions. */
  LongestPath run() {
    ChainWalk.run(free.length, this::advance);
    return this;
  }

  /**
   * When a stage is done with its last action, and the first has all tokens that were drawn, ns.
   */
  long end(int stage) {
    return layers.chain().isFirst(stage) ? Math.max(free[stage], sampled) : free[stage];
  }

  /** When the last message of a stage has arrived, ns. */
  long sent(int stage) {
    return sent[stage];
  }

  /** Time in which a stage waits for others while a message of its own is under way, ns. */
  long sending(int stage) {
    return sending[stage];
  }

  /** Time in which a stage waits for others behind its first backward pass, ns. */
  long waiting(int stage) {
    return waiting[stage];
  }

  /** Runs the actions of a stage that can; whether there was one. */
  private boolean advance(int stage) {
    int before = ran[stage];
    List<Action> own = actions.get(stage);
    while (ran[stage] < own.size()) {
      Action action = own.get(ran[stage]);
      long ready = ready(stage, action);
      if (ready == ChainWalk.NOT_YET) {
        break;
      }
      if ((begun++ & (OFTEN - 1)) == 0) {
        progress.begun(begun, all);
      }
      long begin = Math.max(free[stage], ready);
      sending[stage] += Math.max(0, Math.min(begin, sent[stage]) - free[stage]);
      if (turned[stage]) {
        waiting[stage] += begin - free[stage];
      }
      turned[stage] |= action.kind() != Kind.FORWARD;
      free[stage] = Math.addExact(begin, stages.get(stage).nanos(action));
      if (action.kind() != Kind.BACKWARD_WEIGHT) {
        handOn(stage, action);
      }
      ran[stage]++;
    }
    return ran[stage] > before;
  }

  private void handOn(int stage, Action action) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    long arrived = free[stage];
    if (layers.sends(place, forward)) {
      int next = forward ? place + 1 : place - 1;
      int to = layers.chain().stageAt(next);
      if (to != stage) {
        long begin = inTurn ? Math.max(arrived, sent[stage]) : arrived;
        arrived =
            Math.addExact(
                begin,
                messages.nanos(stage, to, flattener.pipeline().messages().between(place, next)));
        sent[stage] = Math.max(sent[stage], arrived);
      }
    } else if (forward && flattener.pipeline().messages().ofSampledTokens() > 0) {
      int first = layers.chain().stageAt(0);
      long begin = inTurn ? Math.max(arrived, sent[stage]) : arrived;
      arrived =
          Math.addExact(
              begin,
              messages.nanos(stage, first, flattener.pipeline().messages().ofSampledTokens()));
      sent[stage] = Math.max(sent[stage], arrived);
      sampled = Math.max(sampled, arrived);
    }
    walk.there(action, place, arrived);
  }

  private long ready(int stage, Action action) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = layers.place(stage, action.chunk());
    if (action.kind() == Kind.BACKWARD_WEIGHT || !layers.receives(place, forward)) {
      return 0;
    }
    return walk.there(action, ChainWalk.before(action, place));
  }
}
