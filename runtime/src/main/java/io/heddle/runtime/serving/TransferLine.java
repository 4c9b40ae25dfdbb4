package io.heddle.runtime.serving;

/**
 * How the cache of a request comes from the replica that computed its prompt to the one that goes
 * on: each instance sends one cache after the other over a line of its own.
 *
 * @param bytesPerToken of the cache
 * @param bytesPerSecond of the line
 * @param latencyNanos from the last byte that leaves to the last that arrives
 * @param layers of the model, if each is sent while the next is computed; else 0
 */
public record TransferLine(
    double bytesPerToken, double bytesPerSecond, long latencyNanos, int layers) {
  /** Time on the line, ns. */
  long nanos(int tokens) {
    return (long) Math.ceil(tokens * bytesPerToken / bytesPerSecond * 1e9);
  }

  /**
   * When the line is free again.
   *
   * @param free when it is free before
   * @param begins when the step that computed the end of the prompt began
   * @param now when it ended
   */
  long end(int tokens, long free, long begins, long now) {
    long nanos = nanos(tokens);
    if (layers == 0) {
      return Math.addExact(Math.max(free, now), nanos);
    }
    return Math.max(
        Math.addExact(Math.max(free, begins), nanos),
        Math.addExact(now, (nanos + layers - 1) / layers));
  }
}
