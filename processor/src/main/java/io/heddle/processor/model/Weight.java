package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import java.util.List;

/**
 * Trained values.
 *
 * @param block that owns it: a tied head uses the embedding's
 */
public record Weight(String block, String name, List<Dim> dims, Span span) implements Operand {
  public Weight {
    dims = List.copyOf(dims);
  }

  /** Of its name, which no other weight of the block has. */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** {@code attention.wq}. */
  public String fullName() {
    return block + "." + name;
  }
}
