package io.heddle.runtime.trace;

import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Millionths;

/** Scales the kernels of one rank and hands every node on. */
final class ScalingSink extends ForwardingSink {
  private final NodeSink sink;
  private final int rank;
  private final long factor;
  private final Jitter.OfRank jitter;

  /**
   * @param factor of all kernels, in {@link Millionths}
   * @param jitter of each kernel besides
   */
  ScalingSink(NodeSink sink, int rank, long factor, Jitter.OfRank jitter) {
    super(sink);
    this.sink = sink;
    this.rank = rank;
    this.factor = factor;
    this.jitter = jitter;
  }

  @Override
  public void compute(NodeHeader node, long operations, long bytes, long matmulOperations) {
    long scale = Millionths.product(factor, jitter.factor(node.id()));
    // What no simulator can run goes on as it is, to be refused.
    if (scale == Millionths.ONE || operations < 1 || bytes < 1) {
      sink.compute(node, operations, bytes, matmulOperations);
    } else {
      sink.scaledCompute(
          node,
          scaled(node, operations, "operations", scale),
          scaled(node, bytes, "bytes", scale),
          operations,
          bytes,
          matmulOperations);
    }
  }

  private long scaled(NodeHeader node, long size, String unit, long scale) {
    try {
      return Millionths.product(size, scale);
    } catch (ArithmeticException e) {
      StringBuilder name = new StringBuilder();
      node.appendName(name);
      throw new InvalidStragglersException(
          "rank %d, node %d (%s): %d %s by %s are more than 63 bits hold; take smaller factors"
              .formatted(rank, node.id(), name, size, unit, Millionths.decimal(scale)));
    }
  }
}
