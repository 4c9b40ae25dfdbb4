package io.heddle.processor.program;

import io.heddle.plan.Engine;
import io.heddle.plan.KernelKind;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a rank holds within a pass, beside what earlier passes left it: a value lives from the node
 * that makes it to the last one that waits for it. Gradients of weights are added up where they
 * stay, all-reduced sums are written over what went in, and keys and values that go round a ring
 * stand twice, as they come in and as they go out. What an engine holds besides, its figures say.
 */
final class PassMemory {
  private final Sizes sizes;
  private final Engine engine;

  PassMemory(Sizes sizes, Engine engine) {
    this.sizes = sizes;
    this.engine = engine;
  }

  /**
   * The most bytes at a time.
   *
   * @param argument bytes of the pass's argument
   * @throws ArithmeticException if they do not fit into 63 bits
   */
  long most(Pass pass, long argument) {
    List<LocalNode> nodes = pass.nodes();
    Map<Value, Integer> last = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (Value value : nodes.get(i).inputs()) {
        last.put(value, i);
      }
    }
    last.put(pass.result(), nodes.size());
    Map<Value, Long> alive = new HashMap<>();
    alive.put(pass.argument(), argument);
    long held = argument;
    long most = held;
    for (int i = 0; i < nodes.size(); i++) {
      LocalNode node = nodes.get(i);
      long made = made(node);
      most = Math.max(most, Math.addExact(held, Math.addExact(made, beside(node))));
      held = Math.addExact(held, made);
      for (Value value : node.inputs()) {
        if (last.getOrDefault(value, -1) == i) {
          Long freed = alive.remove(value);
          if (freed != null && overwrites(node)) {
            made += freed;
          } else if (freed != null) {
            held -= freed;
          }
        }
      }
      boolean isRead = last.getOrDefault(node.output(), -1) > i;
      held -= isRead ? 0 : made;
      if (isRead) {
        alive.put(node.output(), made);
      }
    }
    return most;
  }

  private static boolean overwrites(LocalNode node) {
    return node instanceof Communicate communicate && communicate.kind().isInPlace();
  }

  /** Bytes that stay for those that read them. */
  private long made(LocalNode node) {
    if (node instanceof Compute compute) {
      return compute.addsToGradient() ? 0 : sizes.of(compute.made());
    }
    if (node instanceof Ring ring) {
      return sizes.of(ring.kernel().made());
    }
    if (node instanceof Communicate communicate) {
      long bytes = sizes.of(communicate.bytes());
      long ranks = sizes.ranks(communicate.axes());
      return overwrites(node) ? 0 : communicate.kind().made(bytes, ranks);
    }
    return 0;
  }

  /** Bytes that the node needs while it runs. */
  private long beside(LocalNode node) {
    if (node instanceof Ring ring && ring.reach() != null) {
      // What comes; backward what is made of it too, and what comes back.
      return Math.multiplyExact(ring.sum() == null ? 1 : 3, sizes.of(ring.reach().received()));
    }
    if (node instanceof Ring ring) {
      return Math.multiplyExact(ring.sum() == null ? 2 : 4, sizes.of(ring.message()));
    }
    if (!(node instanceof Compute compute)) {
      return 0;
    }
    if (compute.addsToGradient()) {
      long elements =
          sizes.of(compute.made()) / sizes.of(new Size.ElementBytes(Size.Format.GRADIENT));
      return rounded(engine.value(EngineFigure.MEMORY_PRODUCT) * elements);
    }
    return compute.function().kind() == KernelKind.LOSS
        ? rounded(engine.value(EngineFigure.MEMORY_LOGIT) * sizes.of(compute.shape().made()))
        : 0;
  }

  /** Whole bytes. */
  static long rounded(double bytes) {
    if (bytes >= Long.MAX_VALUE) {
      throw new ArithmeticException("more than 63 bits");
    }
    return (long) Math.ceil(bytes);
  }
}
