package io.heddle.plan.figure;

import io.heddle.plan.marker.Api;
import java.util.Optional;

/**
 * The figures of one line of a network.
 *
 * @param ranks members along the network for which it holds; 0 where the line is for any number
 * @param reach bytes a second that a rank sends when the transfer is large; 0 for the network's own
 *     bandwidth
 * @param half bytes sent by a rank at which it has half of that rate; 0 where it always has all
 * @param startNanos what a transfer takes before and after its bytes
 * @param evidence what the line was tried on, if it says so
 */
@Api
public record TransferFigures(
    MeasuredTransfer transfer,
    double ranks,
    double reach,
    double half,
    double startNanos,
    Optional<Evidence> evidence) {
  /** A line that does not say what it was tried on. */
  public TransferFigures(
      MeasuredTransfer transfer, double ranks, double reach, double half, double startNanos) {
    this(transfer, ranks, reach, half, startNanos, Optional.empty());
  }

  /** The same, tried on rows of measurements. */
  public TransferFigures triedOn(long rows, double error) {
    return new TransferFigures(
        transfer, ranks, reach, half, startNanos, Optional.of(new Evidence(rows, error)));
  }
}
