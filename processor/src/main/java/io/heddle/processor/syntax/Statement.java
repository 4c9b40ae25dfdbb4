package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of a block. */
public sealed interface Statement {
  Span span();

  /** {@code weight wq[h g r d], wk[h g d]}. */
  record Weights(List<TensorSyntax> weights, Span span) implements Statement {}

  /** {@code input pixels[b np c]}: what a block that begins a model is given. */
  record Input(TensorSyntax tensor, Span span) implements Statement {}

  /**
   * {@code q[b s g d] = a * wq}.
   *
   * @param dims null where the statement declares none
   */
  record Assignment(Name target, @Nullable List<Name> dims, Term value, Span span)
      implements Statement {}

  /** {@code fused qkv { … }}: one kernel. */
  record Fused(Name name, List<Assignment> assignments, Span span) implements Statement {}

  /** {@code return x + y}. */
  record Return(Term value, Span span) implements Statement {}
}
