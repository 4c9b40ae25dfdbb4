package io.heddle.runtime.verify;

import java.util.Locale;

/** How bad a finding is. */
public enum FindingSeverity {
  /** The set is malformed or cannot end. */
  ERROR,
  /** The set ends, but something is left open or computed other than meant. */
  WARNING;

  /** As a word. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
