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

  AXIS_ON_TWO_DIMS(3003, "axis `%s` would split both `%s` and `%s` here"),
  SPLIT_KEYS(3010, "`%s` is split over `%s`, but attention needs all keys on each rank"),
  SPLIT_SCORES(3011, "`%s`, over which scores are summed, is split over `%s`"),
  WEIGHT_WOULD_MOVE(3012, "weight `%s` is split over `%s` where this operation needs it whole"),
  COLLECTIVE_IN_FUSED(3013, "`%s` is one kernel, but its products are partial sums over `%s`"),
  FUSED_WEIGHTS_DISAGREE(3014, "the weights of `%s` split `%s` in different ways"),
  GRADIENTS_DISAGREE(3015, "the gradients of `%s` lie in different ways where it is used twice");

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
