package io.heddle.plan.schedule;

import java.util.List;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/**
 * The order in which a pipeline stage runs its micro-batches. A stage has one chunk of consecutive
 * layers, or several: chunk c of stage s then stands at place c · stages + s of the chain that a
 * micro-batch goes through (a <i>virtual stage</i>).
 */
public interface PipelineSchedule {
  /** All schedules, in the order in which they are documented. */
  static List<PipelineSchedule> all() {
    return Schedules.ALL;
  }

  /** The schedule of this name. */
  static Optional<PipelineSchedule> named(String name) {
    return all().stream().filter(schedule -> schedule.name().equals(name)).findFirst();
  }

  /** As written in a plan. */
  String name();

  /**
   * Every forward and every backward pass of one stage, each micro-batch once in each for each
   * chunk. What it demands of its arguments, {@link #objection} says.
   *
   * @param stage from 0 to {@code stages - 1}
   * @param microBatches at least 1
   * @param chunks of layers on each stage, at least 1
   */
  List<Action> actions(int stage, int stages, int microBatches, int chunks);

  /**
   * How long a stage waits in a step, where all stages last alike and messages take no time: the
   * textbook's formula.
   *
   * @param forward time of a micro-batch's forward passes through all chunks of a stage
   * @param input of its gradients of inputs; of all gradients where the schedule does not split
   *     them
   * @param weight of its gradients of weights, where they are apart
   */
  double waiting(
      int stages, int microBatches, int chunks, double forward, double input, double weight);

  /**
   * Share of a step in which a stage waits, 0 to 1, where a backward pass takes twice as long as a
   * forward pass, half of it for the gradients of weights; see {@link #waiting}.
   */
  default double bubble(int stages, int microBatches, int chunks) {
    double waiting = waiting(stages, microBatches, chunks, 1, 1, 1);
    return waiting / (3.0 * microBatches + waiting);
  }

  /** Why it cannot run so many micro-batches on so many stages and chunks; empty if it can. */
  default Optional<String> objection(int stages, long microBatches, int chunks) {
    return chunks == 1
        ? Optional.empty()
        : Optional.of("`" + name() + "` has one chunk of layers on each stage, not " + chunks);
  }

  /** Whether it has the gradients of inputs and of weights apart. */
  default boolean splitsBackward() {
    return false;
  }

  /**
   * The moment at which a stage holds most. A pass through a chunk keeps something from its forward
   * pass to the first part of its backward pass, or the whole of it, and something from there to
   * the gradients of weights, where these come later.
   *
   * @param kept of what one pass through a chunk keeps from its forward pass on
   * @param held of what is left of it between the parts of the backward pass
   * @throws ArithmeticException if a sum does not fit into 63 bits
   */
  default InFlight fullest(
      int stage,
      int stages,
      int microBatches,
      int chunks,
      IntToLongFunction kept,
      IntToLongFunction held) {
    int[] waiting = new int[chunks];
    int[] left = new int[chunks];
    InFlight fullest = InFlight.of(waiting, left);
    long now = 0;
    long most = 0;
    for (Action action : actions(stage, stages, microBatches, chunks)) {
      int chunk = action.chunk();
      switch (action.kind()) {
        case FORWARD -> {
          waiting[chunk]++;
          now = Math.addExact(now, kept.applyAsLong(chunk));
        }
        case BACKWARD -> {
          waiting[chunk]--;
          now -= kept.applyAsLong(chunk);
        }
        case BACKWARD_INPUT -> {
          waiting[chunk]--;
          left[chunk]++;
          now = Math.addExact(now - kept.applyAsLong(chunk), held.applyAsLong(chunk));
        }
        case BACKWARD_WEIGHT -> {
          left[chunk]--;
          now -= held.applyAsLong(chunk);
        }
      }
      if (now > most) {
        most = now;
        fullest = InFlight.of(waiting, left);
      }
    }
    return fullest;
  }

  /**
   * The most that is kept at a time for backward passes to come, where each forward pass through a
   * chunk keeps something until its last backward action is done. With a weight of 1, the number of
   * passes in flight.
   *
   * @param weight of what one pass through a chunk keeps
   */
  default long mostInFlight(
      int stage, int stages, int microBatches, int chunks, IntToLongFunction weight) {
    long now = 0;
    long most = 0;
    for (Action action : actions(stage, stages, microBatches, chunks)) {
      if (action.kind() == Action.Kind.FORWARD) {
        now += weight.applyAsLong(action.chunk());
        most = Math.max(most, now);
      } else if (action.kind().frees()) {
        now -= weight.applyAsLong(action.chunk());
      }
    }
    return most;
  }
}
