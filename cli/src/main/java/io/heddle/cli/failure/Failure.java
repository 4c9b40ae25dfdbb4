package io.heddle.cli.failure;

/** Ends a command; the message is meant for the user. */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exit;

  private Failure(int exit, String message) {
    super(message);
    if (message.isBlank()) {
      throw new IllegalArgumentException("a command that ends without a word");
    }
    this.exit = exit;
  }

  /** A file says something wrong. */
  public static Failure wrongInput(String message) {
    return new Failure(Exit.WRONG_INPUT, message);
  }

  /** The command line is wrong. */
  public static Failure usage(String message) {
    return new Failure(Exit.USAGE, message);
  }

  /** Files, memory or the Java installation do not allow it. */
  public static Failure environment(String message) {
    return new Failure(Exit.ENVIRONMENT, message);
  }

  /** Code that the command exits with. */
  public int exit() {
    return exit;
  }
}
