package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.PlanNumbers;
import java.util.List;

/** A step is a whole number of micro-batches on every replica. */
final class BatchDivides implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    PlanNumbers numbers = subject.numbers();
    long replicas = 1;
    List<String> axes = List.of();
    for (Dim dim : subject.plan().model().stream()) {
      if (dim.isOpen()) {
        axes = subject.plan().shardOf(dim);
        replicas = numbers.dims().get(dim) / numbers.microBatch();
      }
    }
    long together = numbers.microBatch() * replicas;
    if (numbers.batch() % together == 0) {
      return;
    }
    Diagnostics.Report report =
        diagnostics.report(
            Code.BATCH_DOES_NOT_DIVIDE,
            subject.plan().batch().span(),
            numbers.batch(),
            numbers.microBatch(),
            replicas);
    for (String axis : axes) {
      subject.plan().axis(axis).ifPresent(a -> report.note(a.span(), numbers.describeAxis(axis)));
    }
    long below = numbers.batch() / together * together;
    String near = below == 0 ? "" : below + " or ";
    report.help("a batch of %s%d works".formatted(near, below + together)).add();
  }
}
