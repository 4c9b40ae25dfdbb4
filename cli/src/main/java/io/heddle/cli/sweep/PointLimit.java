package io.heddle.cli.sweep;

import io.heddle.runtime.report.StepProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Ends the simulation of a point that takes longer than a sweep allows, and of any point when the
 * process is told to end. A simulation asks at the begin of each pass of a micro-batch.
 */
final class PointLimit implements StepProgress {
  private static final String REASON = "took longer than %s (--point-limit)";

  /** What the reason of such a point begins with, whatever the limit was. */
  private static final String BEGIN = REASON.substring(0, REASON.indexOf('%'));

  private final Optional<Duration> most;
  private final BooleanSupplier interrupted;
  private final long begun = System.nanoTime();

  /**
   * A limit of a point that begins now.
   *
   * @param most empty if it may take any time
   * @param interrupted whether the process is told to end
   */
  PointLimit(Optional<Duration> most, BooleanSupplier interrupted) {
    this.most = most;
    this.interrupted = interrupted;
  }

  /** Whether a point was dropped because it took too long. */
  static boolean isReason(String reason) {
    return reason.startsWith(BEGIN);
  }

  /**
   * Looks at the clock.
   *
   * @throws ExceededException if the point takes too long
   * @throws AbandonedException if the process is told to end
   */
  void check() {
    if (interrupted.getAsBoolean()) {
      throw new AbandonedException();
    }
    checkTime();
  }

  /**
   * Looks at the clock alone: what is finished is kept even if the process is told to end.
   *
   * @throws ExceededException if the point took too long
   */
  void checkTime() {
    if (most.isPresent() && System.nanoTime() - begun > most.get().toNanos()) {
      throw new ExceededException(REASON.formatted(text(most.get())));
    }
  }

  @Override
  public void begun(long passes, long all) {
    check();
  }

  private static String text(Duration span) {
    return java.math.BigDecimal.valueOf(span.toMillis(), 3).stripTrailingZeros().toPlainString()
        + " s";
  }

  /** The point takes too long. */
  static final class ExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ExceededException(String reason) {
      super(reason, null, false, false);
    }
  }

  /** Nobody asks for the point any more. */
  static final class AbandonedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private AbandonedException() {
      super("interrupted", null, false, false);
    }
  }
}
