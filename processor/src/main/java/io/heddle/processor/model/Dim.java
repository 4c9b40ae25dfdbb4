package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import org.jspecify.annotations.Nullable;

/**
 * A named dimension. Dimensions are identities: two of equal size are different.
 *
 * @param size over the model's parameters; null for the open dimension, whose size is the
 *     micro-batch times the axes that split it
 */
public record Dim(String name, @Nullable Expression size, Span span) {
  /** Whether its size comes from the plan's batch. */
  public boolean isOpen() {
    return size == null;
  }

  /** Of its name: dimensions of a model have different ones. */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
