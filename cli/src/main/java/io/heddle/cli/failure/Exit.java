package io.heddle.cli.failure;

/** What a command's exit code says. */
public final class Exit {
  public static final int OK = 0;

  /** A file says something wrong, or the simulation of it did not end. */
  public static final int WRONG_INPUT = 1;

  /** The command line is wrong. */
  public static final int USAGE = 2;

  /** Files, memory or the Java installation do not allow it. */
  public static final int ENVIRONMENT = 3;

  /** A fault of Heddle. */
  public static final int FAULT = 70;

  private Exit() {}
}
