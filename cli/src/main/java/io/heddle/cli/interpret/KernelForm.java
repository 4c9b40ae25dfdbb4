package io.heddle.cli.interpret;

import io.heddle.plan.Precision;
import io.heddle.processor.program.KernelFunction;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Size;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelSpec;
import io.heddle.runtime.trace.QuantisedOperands;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of a program, whose numbers are places in a {@link SizeList}. Nodes with equal forms run
 * one kernel.
 *
 * @param name block and operation
 * @param quantising bytes to quantise operands, or {@link #AS_STORED}
 */
record KernelForm(
    String name,
    KernelFunction function,
    ShapeForm shape,
    int operations,
    int bytes,
    int matmulOperations,
    int quantising,
    boolean grouped) {
  private static final int AS_STORED = -1;

  /**
   * The form of a node's kernel.
   *
   * @param moved bytes, which in a ring may be others than the node's
   */
  static KernelForm of(String name, Compute node, Size moved, SizeList sizes) {
    Size quantising = node.kernel().quantising();
    return new KernelForm(
        name,
        node.function(),
        ShapeForm.of(node.shape(), sizes),
        sizes.of(node.operations()),
        sizes.of(moved),
        sizes.of(node.matmulOperations()),
        quantising == null ? AS_STORED : sizes.of(quantising),
        node.isGrouped());
  }

  /**
   * The kernel of a plan.
   *
   * @param values of the sizes
   * @throws ArithmeticException if it lasts so long that 63 bits do not hold it
   */
  Kernel in(long[] values, Precision precision, @Nullable KernelTimes times) {
    return new KernelSpec(
            name,
            function.kind(),
            function.title(),
            shape.in(values),
            precision.tensors(),
            times,
            grouped,
            quantising == AS_STORED ? null : new QuantisedOperands(values[quantising]))
        .costs(values[operations], values[bytes], values[matmulOperations]);
  }
}
