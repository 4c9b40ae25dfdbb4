package io.heddle.processor.program;

import io.heddle.processor.model.Dim;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel of matrix products reads and makes, as far as it matters to cut the kernel.
 *
 * @param results dimensions of all that it makes
 * @param made bytes of all that it makes, as it is stored
 * @param quantising bytes that it moves besides to quantise what it reads; null where it reads
 *     operands as they are stored
 */
public record Product(
    List<Operand> operands, List<List<Dim>> results, Size made, @Nullable Size quantising) {
  public Product {
    operands = List.copyOf(operands);
    results = List.copyOf(results);
  }

  /** A product whose operands are read as they are stored. */
  public Product(List<Operand> operands, List<List<Dim>> results, Size made) {
    this(operands, results, made, null);
  }

  /**
   * A tensor that it reads.
   *
   * @param bytes on one rank
   */
  public record Operand(List<Dim> dims, boolean isWeight, Size bytes) {
    public Operand {
      dims = List.copyOf(dims);
    }
  }

  /** The same, reading other operands. */
  public Product reading(List<Operand> others) {
    return new Product(others, results, made, quantising);
  }

  /** The same, reading quantised operands. */
  public Product quantised(List<Operand> others, Size moved) {
    return new Product(others, results, made, moved);
  }

  /** The same, its bytes counted in another way. */
  Product counted(UnaryOperator<Size> how) {
    return new Product(
        operands.stream()
            .map(each -> new Operand(each.dims(), each.isWeight(), how.apply(each.bytes())))
            .toList(),
        results,
        how.apply(made),
        quantising == null ? null : how.apply(quantising));
  }

  /** The dimensions that all results have: cut along one of them, no result is a sum of pieces. */
  public List<Dim> free() {
    return results.get(0).stream()
        .filter(dim -> results.stream().allMatch(result -> result.contains(dim)))
        .toList();
  }

  /** The operands that are read whole for each piece along the dimension. */
  public Set<Operand> lacking(Dim dim) {
    Set<Operand> lacking = new HashSet<>(operands);
    lacking.removeIf(operand -> operand.dims().contains(dim));
    return lacking;
  }

  /** Whether a weight is cut along the dimension. */
  public boolean cutsWeight(Dim dim) {
    return operands.stream().anyMatch(each -> each.isWeight() && each.dims().contains(dim));
  }

  /** Bytes that every piece along the dimension reads whole. */
  public Size bytesLacking(Dim dim) {
    return Size.sum(
        operands.stream()
            .filter(operand -> !operand.dims().contains(dim))
            .map(Operand::bytes)
            .toList());
  }
}
