package io.heddle.cli.language;

import io.heddle.runtime.report.StepProgress;
import java.util.concurrent.CancellationException;

/**
 * Ends simulations that take too long for somebody who waits in an editor. The time runs from the
 * first that begins.
 */
public final class Patience implements StepProgress {
  private final long nanos;
  private long begin;
  private boolean isBegun;

  /**
   * @param nanos all of them together may take
   */
  public Patience(long nanos) {
    this.nanos = nanos;
  }

  @Override
  public void begun(long begun, long actions) {
    if (!isBegun) {
      isBegun = true;
      begin = System.nanoTime();
    }
    if (System.nanoTime() - begin > nanos) {
      throw new CancellationException("it takes too long");
    }
  }
}
