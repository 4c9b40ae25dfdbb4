package io.heddle.processor.program;

/**
 * The node that makes a tensor, as a local variable of the generated code.
 *
 * @param name a Java identifier, unique in its block and direction; empty for what was there before
 *     the direction began
 */
public record Value(String name) {
  /** Made by an earlier pass: nothing to wait for. */
  public static final Value BEFORE = new Value("");

  public boolean isBefore() {
    return name.isEmpty();
  }
}
