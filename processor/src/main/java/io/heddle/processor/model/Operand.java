package io.heddle.processor.model;

import java.util.List;

/** What an operation reads. */
public sealed interface Operand permits Tensor, Weight {
  /** Unique in its block. */
  String name();

  List<Dim> dims();
}
