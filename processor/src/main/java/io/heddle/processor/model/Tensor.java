package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.util.List;

/** A value that an operation makes, or the argument of a block. */
public record Tensor(String name, List<Dim> dims, Span span) implements Operand {
  public Tensor {
    dims = List.copyOf(dims);
  }
}
