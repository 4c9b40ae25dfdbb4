package io.heddle.cli.measure;

import io.heddle.plan.figure.MeasuredKernel;
import io.heddle.runtime.cost.KernelTimes;
import java.util.List;
import java.util.Optional;

/** A kernel whose time somebody measured. */
public sealed interface MeasuredRow
    permits ProductRow, AttentionRow, DecodeRow, LatentDecodeRow, ExpertsRow {
  /** The number format of what it reads, as the table calls it. */
  String format();

  /** How long it took, ns. */
  double measuredNanos();

  /** How long it lasts on a device, ns. */
  double nanos(KernelTimes times);

  /** Rows of one family are measured at sizes near to each other: they are held out together. */
  String family();

  /** The size classes in which its error counts. */
  List<String> classes();

  /** The kind of line that is fitted to it; empty where none is. */
  Optional<MeasuredKernel> line();

  /** Predicted over measured, less 1. */
  default double error(KernelTimes times) {
    return nanos(times) / measuredNanos() - 1;
  }
}
