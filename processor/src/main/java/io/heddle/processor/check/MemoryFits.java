package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.local.MemoryEstimate;
import io.heddle.processor.model.Cluster;
import java.math.BigDecimal;
import java.util.Locale;

/** Advice: what a rank holds should not be more than its device has. */
final class MemoryFits implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    try {
      MemoryEstimate estimate = new MemoryEstimate(subject.program(), subject.numbers());
      int most = 0;
      long peak = estimate.peak(0);
      for (int stage = 1; stage < estimate.stages(); stage++) {
        long here = estimate.peak(stage);
        if (here > peak) {
          most = stage;
          peak = here;
        }
      }
      BigDecimal has = subject.numbers().cluster().device().memoryBytes();
      if (BigDecimal.valueOf(peak).compareTo(has) > 0) {
        report(subject, estimate, most, diagnostics);
      }
    } catch (ArithmeticException e) {
      // That sizes do not fit into a number is said where they are used.
      return;
    }
  }

  private static void report(
      Subject subject, MemoryEstimate estimate, int stage, Diagnostics diagnostics) {
    Cluster.Device device = subject.numbers().cluster().device();
    long states = estimate.weights(stage) + estimate.gradients(stage) + estimate.optimizer(stage);
    diagnostics
        .report(
            Code.OUT_OF_MEMORY,
            subject.numbers().cluster().span(),
            stage,
            gigabytes(estimate.peak(stage)),
            device.name(),
            gigabytes(device.memoryBytes().longValue()))
        .help(
            "weights %s, gradients %s, optimizer %s, activations in flight %s: recompute, smaller "
                    .formatted(
                        gigabytes(estimate.weights(stage)),
                        gigabytes(estimate.gradients(stage)),
                        gigabytes(estimate.optimizer(stage)),
                        gigabytes(estimate.peak(stage) - states))
                + "micro-batches, more shards or more stages take less")
        .add();
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
  }
}
