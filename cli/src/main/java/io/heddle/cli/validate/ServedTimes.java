package io.heddle.cli.validate;

import io.heddle.plan.Engine;
import io.heddle.runtime.mode.Mode;
import java.util.List;

/** A point of a serving benchmark, on one pool or on two. */
sealed interface ServedTimes extends TimedRow permits ServedRow, ServedPools {
  /**
   * What a request sees, in seconds.
   *
   * @throws CannotSayException if a step does not end
   */
  Times times(Engine engine, Mode mode) throws CannotSayException;

  /** What the row leaves open, and what was taken for it. */
  List<String> assumed();

  /**
   * Mean times of requests, in seconds.
   *
   * @param toFirst until the first token (TTFT)
   * @param perToken between tokens after the first (TPOT)
   */
  record Times(double toFirst, double perToken) {
    /** Seconds of one GPU for each output token: the inverse of tokens/s/GPU. */
    double perOutput(double concurrency, double outputs, double gpus) {
      return (toFirst + perToken * (outputs - 1)) * gpus / (concurrency * outputs);
    }
  }
}
