package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Operation;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Section;
import java.util.List;
import java.util.Map;

/**
 * Ranks that have different numbers of rows of experts exchange them, and do nothing else together:
 * a collective of them has one size.
 */
final class LoadsStayApart implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Map<Dim, Operation.Dispatch> dispatches = subject.plan().model().expertRows();
    for (Dim rows : subject.plan().loadedRows()) {
      List<String> axes = new ExpertLayout(subject.plan(), dispatches.get(rows)).expertAxes();
      for (Section block : subject.program().allBlocks()) {
        for (LocalNode node : block.nodes()) {
          if (node instanceof Communicate collective
              && collective.way() == null
              && RowSizes.has(collective.bytes(), rows)
              && collective.axes().stream().anyMatch(axes::contains)) {
            diagnostics
                .report(
                    Code.LOADS_MEET,
                    collective.span(),
                    collective.kind().title(),
                    collective.tensor(),
                    String.join(", ", collective.axes()))
                .add();
          }
        }
      }
    }
  }
}
