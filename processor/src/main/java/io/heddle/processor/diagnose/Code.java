package io.heddle.processor.diagnose;

import java.util.Locale;

/**
 * Every finding there is, with its text. 0xxx syntax, 1xxx names, 2xxx shapes and units, 3xxx
 * sharding and rank layout, 4xxx schedule, 5xxx advice, 9xxx a fault of ours.
 */
public enum Code {
  UNEXPECTED_INPUT(1, "%s"),
  UNSUPPORTED_VERSION(2, "this file is written in version %s of the language, known is 1"),
  TOO_DEEP(3, "expressions are nested more than %d deep"),
  TOO_LARGE(4, "the file has more than %s characters"),
  NUMBER_TOO_LARGE(5, "number `%s` does not fit into 63 bits"),
  NUMBER_TOO_LONG(6, "number `%s` has more than %d digits"),
  NOT_SUPPORTED(7, "%s is not supported in this version"),
  TOO_MANY_ERRORS(8, "more than %d errors; the rest of the file is not read");

  private final int number;
  private final String text;
  private final Severity severity;

  Code(int number, String text) {
    this(number, text, Severity.ERROR);
  }

  Code(int number, String text, Severity severity) {
    this.number = number;
    this.text = text;
    this.severity = severity;
  }

  /** Such as {@code TFM3002}. */
  public String id() {
    return String.format(Locale.ROOT, "TFM%04d", number);
  }

  public Severity severity() {
    return severity;
  }

  String message(Object... arguments) {
    return String.format(Locale.ROOT, text, arguments);
  }
}
