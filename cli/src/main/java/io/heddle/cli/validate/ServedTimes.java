package io.heddle.cli.validate;

import io.heddle.plan.Engine;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.runtime.mode.Mode;
import java.util.List;

/** A point of a serving benchmark, on one pool or on two. */
sealed interface ServedTimes extends TimedRow permits ServedRow, ServedPools {
  /** A step that makes a token for each sequence of a replica. */
  TimedRow decode();

  @Override
  default Engine engine() {
    return decode().engine();
  }

  /** What an engine takes for a request before it is scheduled, in seconds. */
  static double before(Engine engine) {
    return engine.value(EngineFigure.REQUEST_FIXED) / 1e9;
  }

  /** What an engine takes for a request between two pools, beside its cache, in seconds. */
  static double handover(Engine engine) {
    return engine.value(EngineFigure.REQUEST_HANDOVER) / 1e9;
  }

  /**
   * How many others a request waits for, as in M/D/1.
   *
   * @param busy share of time in which one is served
   * @param others that there are on average, which it waits for at most
   */
  static double queue(double busy, double others) {
    return busy < 1 ? Math.min(busy / (2 * (1 - busy)), others) : others;
  }

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
