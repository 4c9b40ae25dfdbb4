package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;

/** A name where it stands. */
public record Name(String text, Span span) {
  @Override
  public String toString() {
    return text;
  }
}
