package io.heddle.cli.validate;

/** A row that is no plan, and why. */
final class CannotSayException extends Exception {
  private static final long serialVersionUID = 1L;

  CannotSayException(String why) {
    super(why);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
