package io.heddle.processor.diagnose;

/** How bad a finding is. */
public enum Severity {
  ERROR("error"),
  WARNING("warning");

  private final String word;

  Severity(String word) {
    this.word = word;
  }

  /** As shown to the user. */
  public String word() {
    return word;
  }
}
