package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Kernel;
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
  private final RankWork work;
  private final NodeWriter writer;
  private final EmittedNode node;
  private final NodeIdList own = new NodeIdList();
  private final NodeIdList others = new NodeIdList();
  private @Nullable Group group;
  private String operation = "";
  private long bytes;
  private long home = NodeIdList.NONE;

  Ring(RankWork work, NodeWriter writer) {
    this.work = work;
    this.writer = writer;
    this.node = writer.node();
  }

  /** Begins a ring; what was named as needed makes the rank's own keys and values. */
  Ring begin(String message, @Nullable Group among, long messageBytes) {
    operation = message;
    group = among;
    bytes = messageBytes;
    home = NodeIdList.NONE;
    own.take(node.dataDependencies);
    return this;
  }

  /** The kernels use the result of {@code producer} beside the keys and values. */
  public Ring needs(long producer) {
    writer.needs(producer);
    return this;
  }

  /** As {@link #needs(long)}, twice. */
  public Ring needs(long first, long second) {
    return needs(first).needs(second);
  }

  /**
   * The steps of a forward pass.
   *
   * @param first the first step's kernel
   * @param later that of each further one, which adds to the results of those before
   * @return the node that completes the result
   */
  public long forward(Kernel first, Kernel later) {
    others.take(node.dataDependencies);
    int steps = steps();
    long keys = NodeIdList.NONE;
    long done = NodeIdList.NONE;
    for (int step = 0; step < steps; step++) {
      node.step = steps == 1 ? -1 : step;
      long next = step + 1 < steps ? passKeys(step, keys) : NodeIdList.NONE;
      needsOfKernel(step, keys, done);
      done = work.compute(step == 0 ? first : later);
      keys = next;
    }
    node.step = -1;
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
    others.take(node.dataDependencies);
    int steps = steps();
    long keys = NodeIdList.NONE;
    long gradients = NodeIdList.NONE;
    long done = NodeIdList.NONE;
    for (int step = 0; step < steps; step++) {
      node.step = steps == 1 ? -1 : step;
      long next = step + 1 < steps ? passKeys(step, keys) : NodeIdList.NONE;
      needsOfKernel(step, keys, done);
      done = work.compute(step == 0 ? first : later);
      gradients = step == 0 ? done : needs(done, gradients).work.compute(sum);
      if (steps > 1) {
        writer.needs(gradients);
        gradients = pass(sum.name());
      }
      keys = next;
    }
    node.step = -1;
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
      writer.needs(others);
      writer.needs(own);
    } else {
      needs(keys, before);
    }
  }

  /** Sends on the keys and values that are here; returns the receive of the next ones. */
  private long passKeys(int step, long keys) {
    if (step == 0) {
      writer.needs(own);
    } else {
      writer.needs(keys);
    }
    return pass(operation);
  }

  private long pass(String message) {
    if (group == null) {
      throw new IllegalStateException("a ring of one rank passes nothing");
    }
    return work.pass(message, group, bytes);
  }
}
