package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.OwnOperation.Halo;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Sizes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What an operation reads before a rank's part is one place at least, and all of a neighbour's. */
final class HalosReachNeighbours implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Sizes sizes = new Sizes(subject.numbers());
    for (Section section : subject.program().allBlocks()) {
      section.block().operations().stream()
          .filter(Declared.class::isInstance)
          .map(Declared.class::cast)
          .filter(op -> op.of().halo() != null)
          .forEach(op -> check(op, op.of().halo(), section, sizes, subject, diagnostics));
    }
  }

  private static void check(
      Declared op,
      Halo halo,
      Section section,
      Sizes sizes,
      Subject subject,
      Diagnostics diagnostics) {
    Map<String, Long> dims = new HashMap<>();
    op.of()
        .forward()
        .dims()
        .forEach((name, dim) -> dims.put(name, subject.numbers().dims().get(dim)));
    long places = new Arithmetic(dims, diagnostics).evaluate(halo.places().expression()).orElse(1L);
    if (places < 1) {
      diagnostics
          .report(Code.OUT_OF_RANGE, halo.places().span(), "a halo of at least 1")
          .note(op.span(), "`%s` is applied".formatted(op.of().name()))
          .help("leave `halo` out where nothing before a part is read")
          .add();
      return;
    }
    for (LocalNode node : section.forward()) {
      if (node instanceof Compute kernel && kernel.operation().equals(op.name())) {
        Sharding lies = kernel.assignment();
        long part =
            sizes.of(lies.elements(List.of(halo.over()))) / subject.plan().pieces(halo.over());
        if (!lies.of(halo.over()).isEmpty() && places > part) {
          Dim over = halo.over();
          diagnostics
              .report(Code.HALO_BEYOND, op.span(), op.of().name(), places, over, part)
              .note(over.span(), "`%s` is declared".formatted(over))
              .add();
        }
      }
    }
  }
}
