package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Group;
import org.jspecify.annotations.Nullable;

/**
 * Attention to keys and values that go round a ring of ranks (Liu et al. 2023, arXiv:2310.01889).
 * There are as many steps as ranks. In each a rank attends to the keys and values that are with it,
 * and beside the kernel sends them on to the next rank of the ring; after the last step each rank
 * has seen all. Backward, the gradients of keys and values follow them, a step behind, and come
 * home in the end. On a ring of one rank all that is left is the kernel.
 *
 * <p>The kernel of a step waits for the keys and values of that step alone. A send waits for what
 * has come to its own rank, and a receive is posted when the kernel before it in the program is
 * done: no message waits for one that comes later in the program, so that the ring goes round with
 * and without rendezvous.
 */
public final class Ring {
  private final RankEmitter rank;
  private final GroupMessages messages;
  private final NodeIds own = new NodeIds();
  private final NodeIds others = new NodeIds();
  private @Nullable Group group;
  private String operation = "";
  private long bytes;
  private long home = RankEmitter.NONE;

  Ring(RankEmitter rank, GroupMessages messages) {
    this.rank = rank;
    this.messages = messages;
  }

  /** Begins a ring; {@code made} makes the rank's own keys and values, and is emptied. */
  Ring begin(String message, @Nullable Group among, NodeIds made, long messageBytes) {
    operation = message;
    group = among;
    bytes = messageBytes;
    home = RankEmitter.NONE;
    own.take(made);
    return this;
  }

  /** The kernels use the result of {@code producer} beside the keys and values. */
  public Ring needs(long producer) {
    rank.needs(producer);
    return this;
  }

  /** As {@link #needs(long)}, twice. */
  public Ring needs(long first, long second) {
    rank.needs(first, second);
    return this;
  }

  /**
   * The steps of a forward pass.
   *
   * @param first the first step's kernel
   * @param later that of each further one, which adds to the results of those before
   * @return the node that completes the result
   */
  public long forward(Kernel first, Kernel later) {
    rank.takeNeeds(others);
    int steps = steps();
    long keys = RankEmitter.NONE;
    long done = RankEmitter.NONE;
    for (int step = 0; step < steps; step++) {
      rank.step(steps == 1 ? -1 : step);
      long next = step + 1 < steps ? passKeys(step, keys) : RankEmitter.NONE;
      needsOfKernel(step, keys, done);
      done = rank.compute(step == 0 ? first : later);
      keys = next;
    }
    rank.step(-1);
    return done;
  }

  /**
   * The steps of a backward pass; the first arguments are those of {@link #forward}.
   *
   * @param sum adds the gradients of keys and values that have come to those of the step, from the
   *     second step on
   * @return the node that completes the gradient of the queries; those of keys and values: {@link
   *     RankEmitter#broughtHome}
   */
  public long backward(Kernel first, Kernel later, Kernel sum) {
    rank.takeNeeds(others);
    int steps = steps();
    long keys = RankEmitter.NONE;
    long gradients = RankEmitter.NONE;
    long done = RankEmitter.NONE;
    for (int step = 0; step < steps; step++) {
      rank.step(steps == 1 ? -1 : step);
      long next = step + 1 < steps ? passKeys(step, keys) : RankEmitter.NONE;
      needsOfKernel(step, keys, done);
      done = rank.compute(step == 0 ? first : later);
      gradients = step == 0 ? done : rank.needs(done, gradients).compute(sum);
      if (steps > 1) {
        rank.needs(gradients);
        gradients = pass(sum.name());
      }
      keys = next;
    }
    rank.step(-1);
    home = gradients;
    return done;
  }

  long home() {
    return home;
  }

  private int steps() {
    return group == null ? 1 : group.size();
  }

  private void needsOfKernel(int step, long keys, long before) {
    if (step == 0) {
      rank.needs(others);
      rank.needs(own);
    } else {
      rank.needs(keys, before);
    }
  }

  /** Sends on the keys and values that are here; returns the receive of the next ones. */
  private long passKeys(int step, long keys) {
    if (step == 0) {
      rank.needs(own);
    } else {
      rank.needs(keys);
    }
    return pass(operation);
  }

  private long pass(String message) {
    if (group == null) {
      throw new IllegalStateException("a ring of one rank passes nothing");
    }
    return messages.pass(message, group, bytes);
  }
}
