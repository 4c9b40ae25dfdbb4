package io.heddle.processor.check;

import io.heddle.plan.Device;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.program.StageMemory;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Advice: what a rank holds should not be more than its device has. */
final class MemoryFits implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    try {
      Optional<List<StageMemory>> stages = subject.memory().stages();
      if (stages.isEmpty()) {
        return;
      }
      StageMemory most = Collections.max(stages.get(), Comparator.comparingLong(StageMemory::peak));
      if (most.peak() > subject.numbers().values().cluster().device().memoryBytes()) {
        report(subject, most, diagnostics);
      }
    } catch (ArithmeticException e) {
      // That sizes do not fit into a number is said where they are used.
      return;
    }
  }

  private static void report(Subject subject, StageMemory most, Diagnostics diagnostics) {
    Device device = subject.numbers().values().cluster().device();
    long states = most.weights() + most.gradients() + most.optimizer();
    diagnostics
        .report(
            Code.OUT_OF_MEMORY,
            subject.numbers().cluster().span(),
            most.stage(),
            gigabytes(most.peak()),
            device.name(),
            gigabytes(device.memoryBytes()))
        .help(
            "weights %s, gradients %s, optimizer %s, activations in flight %s: recompute, smaller "
                    .formatted(
                        gigabytes(most.weights()),
                        gigabytes(most.gradients()),
                        gigabytes(most.optimizer()),
                        gigabytes(most.peak() - states))
                + "micro-batches, more shards or more stages take less")
        .add();
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
  }
}
