package io.heddle.runtime.pool;

import io.heddle.plan.Device;
import io.heddle.runtime.straggler.Millionths;
import io.heddle.runtime.trace.Kernel;

/**
 * How much longer kernels last on a device than on the one that a simulator knows: it has one rate
 * of operations and one of bytes for all ranks.
 *
 * @param own that kernels run on
 * @param known to the simulator
 */
record DeviceRatio(Device own, Device known) {
  /**
   * What a kernel's operations and bytes are multiplied with, in millionths, so that it lasts as
   * long as on its own device.
   *
   * @param scale of the kernel there
   */
  long scale(long scale, Kernel kernel) {
    boolean isSame =
        own.sustainedFlops() == known.sustainedFlops()
            && own.sustainedBandwidth() == known.sustainedBandwidth();
    if (isSame || kernel.operations() < 1 || kernel.bytes() < 1) {
      return scale;
    }
    return Millionths.nearest(
        Millionths.factor(scale) * roofline(own, kernel) / roofline(known, kernel));
  }

  private static double roofline(Device device, Kernel kernel) {
    return Math.max(
        kernel.operations() / device.sustainedFlops(),
        kernel.bytes() / device.sustainedBandwidth());
  }
}
