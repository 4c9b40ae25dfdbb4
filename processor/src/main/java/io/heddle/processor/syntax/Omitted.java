package io.heddle.processor.syntax;

/** Thrown where something was reported that a tree cannot hold: its line is left out. */
final class Omitted extends RuntimeException {
  Omitted() {
    super(null, null, false, false);
  }
}
