package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tensor arithmetic inside a block. */
public sealed interface Term {
  Span span();

  /** A tensor or weight by its name. */
  record Reference(Name name) implements Term {
    @Override
    public Span span() {
      return name.span();
    }
  }

  /** A scalar factor or summand. */
  record Scalar(double value, Span span) implements Term {}

  /** {@code k[s -> c]}: a tensor of which one dimension gets another identity. */
  record Rename(Name tensor, Name from, Name to, Span span) implements Term {}

  /** An einsum, or a point-wise product where nothing is contracted. */
  record Product(Term left, Term right, Span span) implements Term {}

  /** {@code left + right} or {@code left - right}. */
  record Sum(Term left, boolean minus, Term right, Span span) implements Term {}

  /** A named operation, such as {@code attend(q, k, v, over = s, causal)}. */
  record Call(Name function, List<Argument> arguments, Span span) implements Term {}

  /** An argument of a call. */
  sealed interface Argument {
    /**
     * A tensor. A bare word is one of these too: only the operation knows which words are flags.
     */
    record Positional(Term term) implements Argument {}

    /**
     * {@code over = s}, {@code over = s : c}, {@code top = 8}.
     *
     * @param value a dimension, as a reference, or a number
     * @param keys the dimension of the keys where it is another than {@code value}; else null
     */
    record Named(Name name, Expression value, @Nullable Name keys) implements Argument {}
  }
}
