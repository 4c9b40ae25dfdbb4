package io.heddle.runtime.fold;

/**
 * Members of a group talk to others than their neighbours on its ring, which the colours do not
 * tell apart.
 */
public final class FinerColoursException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int kind;

  FinerColoursException(int kind) {
    super("the colours do not tell apart to whom messages go", null, false, false);
    this.kind = kind;
  }

  /** The number of the parting into groups, see {@link Fold#finer}. */
  public int kind() {
    return kind;
  }
}
