package io.heddle.plan.figure;

/** What a figure counts in. */
public enum FigureUnit {
  /** A share in (0, 1], written in percent. */
  SHARE,
  /** Nanoseconds. */
  TIME,
  /** Bytes a second. */
  BANDWIDTH,
  /** Bytes. */
  SIZE,
  /** A number above 0, written without a unit. */
  NUMBER
}
