package io.heddle.processor.program;

import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.LocalNode.Shape;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of a rank's program, wherever it stands in it: what it computes, how large it is, what
 * it costs.
 *
 * @param operation last part of its name in the trace, such as {@code qkv}
 * @param function what it computes
 * @param shape how large it is
 * @param operations all that it computes
 * @param bytes all that it reads and writes
 * @param matmulOperations the matrix products of the model among {@code operations}
 * @param assignment the axes that split its dimensions
 * @param reads what the kernel of a weight's gradient reads; of others nothing is noted
 * @param made bytes of what it makes; of the gradient of a weight those of the sum it is added to
 * @param product what it reads and makes; null where it cannot be cut
 */
public record LocalKernel(
    String operation,
    KernelFunction function,
    Shape shape,
    Size operations,
    Size bytes,
    Size matmulOperations,
    Sharding assignment,
    List<Read> reads,
    Size made,
    @Nullable Product product) {
  public LocalKernel {
    reads = List.copyOf(reads);
  }

  /** A kernel that makes one tensor of its shape, of which is not noted what it reads. */
  public LocalKernel(
      String operation,
      KernelFunction function,
      Shape shape,
      Size operations,
      Size bytes,
      Size matmulOperations,
      Sharding assignment,
      @Nullable Product product) {
    this(
        operation,
        function,
        shape,
        operations,
        bytes,
        matmulOperations,
        assignment,
        List.of(),
        made(shape, Size.Format.TENSOR),
        product);
  }

  private static Size made(Shape shape, Size.Format format) {
    return Size.product(shape.made(), new Size.ElementBytes(format));
  }

  /** Whether it makes the gradient of a weight, which is added to those of other micro-batches. */
  public boolean addsToGradient() {
    return !reads.isEmpty();
  }

  /** Whether it is one kernel for the products of several experts. */
  public boolean isGrouped() {
    return product != null && shape instanceof Shape.Gemm gemm && !gemm.batch().equals(Size.of(1));
  }

  /** The same, which makes the gradient of a weight from these; as it is if there are none. */
  public LocalKernel reading(List<Read> some) {
    return some.isEmpty()
        ? this
        : like(operation, function, bytes, some, made(shape, Size.Format.GRADIENT), product);
  }

  /** The same, which makes other than one tensor of its shape. */
  public LocalKernel making(Size bytesMade) {
    return like(operation, function, bytes, reads, bytesMade, product);
  }

  /** The same, by another name. */
  public LocalKernel named(String other) {
    return like(other, function, bytes, reads, made, product);
  }

  /** The same, reading other operands. */
  public LocalKernel quantised(KernelFunction other, Size moved, Product read) {
    return like(operation, other, moved, reads, made, read);
  }

  private LocalKernel like(
      String name,
      KernelFunction computes,
      Size moved,
      List<Read> read,
      Size bytesMade,
      @Nullable Product of) {
    return new LocalKernel(
        name,
        computes,
        shape,
        operations,
        moved,
        matmulOperations,
        assignment,
        read,
        bytesMade,
        of);
  }

  /** Bytes that it moves to quantise what it reads; null where it reads tensors as stored. */
  public @Nullable Size quantising() {
    return product == null ? null : product.quantising();
  }

  /** The same kernel where all that is counted of it is counted in another way. */
  public LocalKernel counted(UnaryOperator<Size> how) {
    return new LocalKernel(
        operation,
        function,
        shape.counted(how),
        how.apply(operations),
        how.apply(bytes),
        how.apply(matmulOperations),
        assignment,
        reads,
        how.apply(made),
        product == null ? null : product.counted(how));
  }
}
