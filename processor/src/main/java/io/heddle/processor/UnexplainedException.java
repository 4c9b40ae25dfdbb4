package io.heddle.processor;

/**
 * Something was refused and no finding says why: a fault of Heddle. It ends the work, so that
 * nobody is left without an answer.
 */
public final class UnexplainedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnexplainedException(String what) {
    super(what + " was refused, and nothing was found to be wrong with it");
  }
}
