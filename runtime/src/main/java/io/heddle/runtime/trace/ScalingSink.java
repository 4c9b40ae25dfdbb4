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
  private final ScaledNode scaled = new ScaledNode();

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
  public void compute(NodeHeader node, Kernel kernel) {
    // What no simulator can run goes on as it is, to be refused.
    if (kernel.operations() >= 1 && kernel.bytes() >= 1) {
      long straggling = Millionths.product(factor, jitter.factor(node.id()));
      long scale = scale(node, straggling);
      check(node, kernel.operations(), "operations", scale);
      check(node, kernel.bytes(), "bytes", scale);
      sink.compute(scaled.of(node, scale), kernel);
      return;
    }
    sink.compute(node, kernel);
  }

  private long scale(NodeHeader node, long straggling) {
    try {
      return Millionths.product(node.scale(), straggling);
    } catch (ArithmeticException e) {
      throw tooLarge(node, node.scale(), "millionths", straggling);
    }
  }

  private void check(NodeHeader node, long size, String unit, long scale) {
    try {
      Millionths.product(size, scale);
    } catch (ArithmeticException e) {
      throw tooLarge(node, size, unit, scale);
    }
  }

  private InvalidStragglersException tooLarge(NodeHeader node, long size, String unit, long scale) {
    StringBuilder name = new StringBuilder();
    node.appendName(name);
    return new InvalidStragglersException(
        "rank %d, node %d (%s): %d %s by %s are more than 63 bits hold; take smaller factors"
            .formatted(rank, node.id(), name, size, unit, Millionths.decimal(scale)));
  }
}
