package io.heddle.plan.schedule;

import io.heddle.plan.schedule.Action.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The one walk through a pipeline: each action runs as soon as its stage is free and what it needs
 * has come. Messages hold up nothing but who waits for them. Actions side by side begin when all of
 * them can, and end together; they last as long as one after the other.
 */
public final class Clock {
  /** How long things last, in one unit. */
  public interface Durations {
    /** Each action one unit; messages take no time. */
    Durations SLOTS = (stage, action) -> 1;

    /** Time of an action on its stage, 0 or more. */
    long of(int stage, Action action);

    /** Time of a message from a stage to another, 0 or more. */
    default long between(int from, int to) {
      return 0;
    }
  }

  private final Chain chain;
  private final ChainWalk walk;
  private final List<List<Action>> actions;
  private final Durations durations;
  private final long[] free;
  private final long[][] begins;
  private final int[] ran;

  private Clock(Chain chain, int microBatches, List<List<Action>> actions, Durations durations) {
    this.chain = chain;
    this.walk = new ChainWalk(chain, microBatches);
    this.actions = actions;
    this.durations = durations;
    this.free = new long[actions.size()];
    this.ran = new int[actions.size()];
    this.begins = new long[actions.size()][];
    for (int stage = 0; stage < begins.length; stage++) {
      begins[stage] = new long[actions.get(stage).size()];
    }
    run();
  }

  /**
   * Runs a schedule.
   *
   * @throws IllegalArgumentException if the schedule cannot run these numbers
   */
  public static Clock of(PipelineSchedule schedule, Pipeline pipeline, Durations durations) {
    List<List<Action>> actions = new ArrayList<>();
    for (int stage = 0; stage < pipeline.stages(); stage++) {
      actions.add(schedule.actions(stage, pipeline));
    }
    return of(schedule.chain(pipeline), pipeline.microBatches(), actions, durations);
  }

  /**
   * Runs the actions of all stages.
   *
   * @param actions of each stage, in order
   * @throws IllegalArgumentException if one of them waits for ever
   * @throws ArithmeticException if a time does not fit into 63 bits
   */
  public static Clock of(
      Chain chain, int microBatches, List<List<Action>> actions, Durations durations) {
    return new Clock(chain, microBatches, actions, durations);
  }

  /** The chain of chunks. */
  public Chain chain() {
    return chain;
  }

  /** The actions of a stage. */
  public List<Action> actions(int stage) {
    return actions.get(stage);
  }

  /** When an action begins. */
  public long begin(int stage, int action) {
    return begins[stage][action];
  }

  /** When what an action makes is there for who waits for it. */
  public long end(int stage, Action action) {
    return walk.there(action, chain.place(stage, action.chunk()));
  }

  /** When each stage is done with its last action. */
  public long[] ends() {
    return free.clone();
  }

  /** When all stages are done. */
  public long end() {
    return Arrays.stream(free).max().orElse(0);
  }

  private void run() {
    ChainWalk.run(free.length, this::advance);
    for (int stage = 0; stage < free.length; stage++) {
      if (ran[stage] < begins[stage].length) {
        throw new IllegalArgumentException(
            "stage %d waits for ever for %s".formatted(stage, actions.get(stage).get(ran[stage])));
      }
    }
  }

  /** Runs the actions of a stage that can; whether there was one. */
  private boolean advance(int stage) {
    int before = ran[stage];
    List<Action> own = actions.get(stage);
    while (ran[stage] < own.size()) {
      int first = ran[stage];
      int end = first + 1;
      long ready = ready(stage, own.get(first));
      while (ready != ChainWalk.NOT_YET && own.get(end - 1).besideNext()) {
        long other = ready(stage, own.get(end));
        ready = other == ChainWalk.NOT_YET ? ChainWalk.NOT_YET : Math.max(ready, other);
        end++;
      }
      if (ready == ChainWalk.NOT_YET) {
        break;
      }
      free[stage] = Math.max(free[stage], ready);
      for (int i = first; i < end; i++) {
        begins[stage][i] = free[stage];
        free[stage] = Math.addExact(free[stage], durations.of(stage, own.get(i)));
      }
      for (int i = first; i < end; i++) {
        Action action = own.get(i);
        walk.there(action, chain.place(stage, action.chunk()), free[stage]);
      }
      ran[stage] = end;
    }
    return ran[stage] > before;
  }

  /** When the input of an action is there. */
  private long ready(int stage, Action action) {
    boolean forward = action.kind() == Kind.FORWARD;
    int place = chain.place(stage, action.chunk());
    if (action.kind() == Kind.BACKWARD_WEIGHT
        || (forward ? chain.begins(place) : chain.ends(place))) {
      return 0;
    }
    int from = ChainWalk.before(action, place);
    long sent = walk.there(action, from);
    return sent == ChainWalk.NOT_YET
        ? ChainWalk.NOT_YET
        : Math.addExact(sent, durations.between(chain.stageAt(from), stage));
  }
}
