package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the declaration of an operation says behind its costs. */
public sealed interface OperationClause {
  Span span();

  /**
   * What an operation takes.
   *
   * @param dims names for the dimensions of what is given for it, in order; null for any
   */
  record Parameter(Name name, @Nullable List<Name> dims) {
    public Parameter {
      dims = dims == null ? null : List.copyOf(dims);
    }
  }

  /** {@code flops 6 * size(a) bytes 2 * bytes(a)}. */
  record Costs(Expression flops, Expression bytes) {}

  /** {@code backward flops … bytes …}: the kernel that makes all gradients. */
  record Backward(Costs costs, Span span) implements OperationClause {}

  /** {@code linear}: what it makes is linear in all that it takes together. */
  record Linear(Span span) implements OperationClause {}

  /** {@code whole over d}: it needs all of these dimensions on each rank. */
  record Whole(List<Name> dims, Span span) implements OperationClause {
    public Whole {
      dims = List.copyOf(dims);
    }
  }

  /** {@code halo k - 1 over s}: it reads so many places before each rank's part. */
  record Halo(Expression places, Name over, Span span) implements OperationClause {}

  /**
   * {@code scan over s carry [b n d]}: what it makes at a place depends on all places before, by
   * way of a state.
   *
   * @param carry the dimensions of each tensor of the state
   * @param costs of the kernel that makes the state behind a part; null: those of the operation
   */
  record Scan(Name over, List<List<Name>> carry, @Nullable Costs costs, Span span)
      implements OperationClause {
    public Scan {
      carry = carry.stream().map(List::copyOf).toList();
    }
  }
}
