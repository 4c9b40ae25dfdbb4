package io.heddle.cli.output;

import io.heddle.plan.Device;
import io.heddle.plan.figure.KernelFigure;

/** How long kernels take to start, which most of a step that draws few tokens is made of. */
public final class KernelStarts {
  /** What is to be said of times of decode where a device does not state it. */
  public static final String UNKNOWN =
      "decode times mean nothing here: the device does not state how long kernels take to start";

  private KernelStarts() {}

  /** Whether a device states it. */
  public static boolean areKnown(Device device) {
    return device.kernels().stream().anyMatch(line -> line.value(KernelFigure.START) > 0);
  }
}
