package io.heddle.plan;

import io.heddle.plan.figure.KernelFigures;
import io.heddle.plan.marker.Api;
import java.util.List;

/**
 * What a device reaches in kernels that compute in another format than that of tensors.
 *
 * @param peakFlops nominal operations a second in that format
 * @param efficiency share of {@code peakFlops} that kernels reach, in (0, 1]
 * @param kernels figures of such kernels; none: they last as the roofline says
 */
@Api
public record FormatRate(double peakFlops, double efficiency, List<KernelFigures> kernels) {
  public FormatRate {
    kernels = List.copyOf(kernels);
  }

  /** Operations a second that a compute-bound kernel reaches. */
  public double sustainedFlops() {
    return peakFlops * efficiency;
  }
}
