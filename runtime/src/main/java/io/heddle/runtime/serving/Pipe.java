package io.heddle.runtime.serving;

/**
 * What the batches of an instance have in common: the stages of its pipeline, which they enter one
 * after the other, and the line over which it sends caches.
 */
final class Pipe {
  /** What they have over time. */
  final InstanceGauge gauge;

  /** When the first stage is through with the last batch that entered. */
  long free;

  /** When the line has sent all caches so far. */
  long lineFree;

  Pipe(InstanceGauge gauge) {
    this.gauge = gauge;
  }
}
