package io.heddle.plan.schedule;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Everything that a pipeline schedule is: the order of each stage's passes, the places of its
 * chunks, what it asks of a plan, and how long it waits. A new schedule is one class and its place
 * in {@link Schedules}; compiler, traces, memory, modes and drawings ask here.
 */
public interface PipelineSchedule {
  /** Rounds of micro-batches, one through each place, after which a pipeline is full. */
  int FULL_ROUNDS = 4;

  /** All schedules, in the order in which they are documented. */
  static List<PipelineSchedule> all() {
    return Schedules.ALL;
  }

  /** The schedule of this name. */
  static Optional<PipelineSchedule> named(String name) {
    return Optional.ofNullable(Schedules.BY_NAME.get(name));
  }

  /** The names of all schedules. */
  static List<String> words() {
    return all().stream().map(PipelineSchedule::name).toList();
  }

  /** The names of the settings of all schedules, each once. */
  static Set<String> settingsOfAll() {
    Set<String> names = new LinkedHashSet<>();
    all().forEach(schedule -> schedule.settings().forEach(setting -> names.add(setting.name())));
    return names;
  }

  /** The schedule of a plan that does not name one. */
  static PipelineSchedule usual() {
    return Schedules.USUAL;
  }

  /** As written in a plan. */
  String name();

  /** The numbers that a plan gives it. */
  default List<Setting> settings() {
    return List.of();
  }

  /**
   * Chunks of layers on each stage, where there are several stages.
   *
   * @param settings that a plan gives it
   */
  default int chunks(Map<String, Integer> settings) {
    return 1;
  }

  /**
   * The stage that has a place of the chain of chunks. Every stage has as many places as chunks.
   * Where neighbours in the chain lie on the same stage, nothing is sent.
   */
  default int stageAt(int place, int stages) {
    return place % stages;
  }

  /** The places of its chunks. */
  default Chain chain(Pipeline pipeline) {
    return Chain.of(this, pipeline.stages(), pipeline.chunks());
  }

  /**
   * Every forward and every backward pass of one stage, each micro-batch once in each for each
   * chunk. What it demands of its arguments, {@link #objection} says.
   *
   * @param stage from 0
   */
  List<Action> actions(int stage, Pipeline pipeline);

  /**
   * How long a stage waits in a step, where all stages last alike and messages take no time: the
   * textbook's formula where there is one, else by the clock.
   *
   * @param forward time of a micro-batch's forward passes through all chunks of a stage
   * @param input of its gradients of inputs; of all gradients where the schedule does not split
   *     them
   * @param weight of its gradients of weights, where they are apart
   */
  default double waiting(Pipeline pipeline, double forward, double input, double weight) {
    return Waiting.byClock(this, pipeline, forward, input, weight);
  }

  /**
   * Share of a step in which a stage waits, 0 to 1, where a backward pass takes twice as long as a
   * forward pass, half of it for the gradients of weights; see {@link #waiting}.
   */
  default double bubble(Pipeline pipeline) {
    double waiting = waiting(pipeline, 1, 1, 1);
    return waiting / (3.0 * pipeline.microBatches() + waiting);
  }

  /**
   * Whether a stage may post each receive during the action before the one that uses it: each pair
   * of stages sends in the order in which it receives, and no message stands on a lane before one
   * for which its receiver waits. Otherwise stages post receives before messages are sent.
   */
  default boolean receivesAsUsed(Pipeline pipeline) {
    return false;
  }

  /** Why it cannot run this pipeline; empty if it can. */
  default Optional<Objection> objection(Pipeline pipeline) {
    return Optional.empty();
  }

  /** Why it does not take what a plan gives it: a setting that it does not have. */
  default Optional<Objection> objectionToSettings(Map<String, Integer> given) {
    return given.keySet().stream()
        .filter(name -> settings().stream().noneMatch(setting -> setting.name().equals(name)))
        .map(name -> new Objection("`%s` takes no `%s`".formatted(name(), name), "leave it out"))
        .findFirst();
  }

  /** Whether it has the gradients of inputs and of weights apart. */
  default boolean splitsBackward() {
    return false;
  }

  /** Whether it has backward passes. */
  default boolean hasBackward() {
    return true;
  }

  /** The same schedule with the backward passes left out. */
  default PipelineSchedule withoutBackward() {
    return new ForwardOnly(this);
  }

  /**
   * The moment at which a stage holds most. A pass through a chunk keeps something from its forward
   * pass to the first part of its backward pass, or the whole of it, and something from there to
   * the gradients of weights, where these come later.
   *
   * @param kept of what one pass through a chunk keeps from its forward pass on
   * @param held of what is left of it between the parts of the backward pass
   * @param within of what a chunk's backward pass, or its first part, has besides while it runs
   * @throws ArithmeticException if a sum does not fit into 63 bits
   */
  default InFlight fullest(
      int stage,
      Pipeline pipeline,
      IntToLongFunction kept,
      IntToLongFunction held,
      IntToLongFunction within) {
    int chunks = pipeline.chunks();
    // Asked once for each chunk: there may be millions of actions.
    long[] keptOf = IntStream.range(0, chunks).mapToLong(kept).toArray();
    long[] heldOf = IntStream.range(0, chunks).mapToLong(held).toArray();
    long[] withinOf = IntStream.range(0, chunks).mapToLong(within).toArray();
    FullestMoment fullest = new FullestMoment(chunks);
    for (Action action : actions(stage, pipeline)) {
      int chunk = action.chunk();
      switch (action.kind()) {
        case FORWARD -> fullest.keep(chunk, keptOf[chunk]);
        case BACKWARD -> {
          fullest.run(chunk, withinOf[chunk]);
          fullest.free(chunk, keptOf[chunk]);
        }
        case BACKWARD_INPUT -> {
          fullest.run(chunk, withinOf[chunk]);
          fullest.free(chunk, keptOf[chunk]);
          fullest.hold(chunk, heldOf[chunk]);
        }
        case BACKWARD_WEIGHT -> fullest.release(chunk, heldOf[chunk]);
      }
    }
    return fullest.inFlight();
  }

  /**
   * A pipeline of as few micro-batches as can be in which stages hold as much as in this one: in
   * most schedules they hold no more once the pipeline is full, however many micro-batches follow.
   */
  default Pipeline shortestAsFull(Pipeline pipeline) {
    long period = (long) pipeline.stages() * pipeline.chunks();
    for (int setting : pipeline.settings().values()) {
      if (period > pipeline.microBatches()) {
        return pipeline;
      }
      period *= setting > 0 && period % setting != 0 ? setting : 1;
    }
    if (period > pipeline.microBatches()) {
      return pipeline;
    }
    long few = FULL_ROUNDS * period + pipeline.microBatches() % period;
    if (2 * few >= pipeline.microBatches()) {
      return pipeline;
    }
    Pipeline shorter = pipeline.with((int) few);
    Pipeline longer = pipeline.with((int) (few + FULL_ROUNDS * period));
    for (int stage = 0; stage < pipeline.stages(); stage++) {
      if (!fullest(stage, shorter, chunk -> 1, chunk -> 1, chunk -> 0)
          .equals(fullest(stage, longer, chunk -> 1, chunk -> 1, chunk -> 0))) {
        return pipeline;
      }
    }
    return shorter;
  }

  /**
   * The most that is kept at a time for backward passes to come, where each forward pass through a
   * chunk keeps something until its last backward action is done. With a weight of 1, the number of
   * passes in flight.
   *
   * @param weight of what one pass through a chunk keeps
   */
  default long mostInFlight(int stage, Pipeline pipeline, IntToLongFunction weight) {
    long now = 0;
    long most = 0;
    for (Action action : actions(stage, pipeline)) {
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
