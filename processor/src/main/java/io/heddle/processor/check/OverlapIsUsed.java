package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import java.util.HashSet;
import java.util.Set;

/** Advice on {@code overlap}: it says nothing where there is nothing to cut, and no expert. */
final class OverlapIsUsed implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan.Overlap overlap = subject.plan().overlap();
    if (!overlap.axes().isEmpty()) {
      Set<String> cut = cutAxes(subject.program());
      for (Plan.AxisUse use : overlap.axes()) {
        if (!cut.contains(use.axis())) {
          diagnostics
              .report(Code.OVERLAP_CUTS_NOTHING, use.span(), use.axis())
              .help(
                  "name an axis over which a matrix product's operand is gathered or its result"
                      + " reduced, and all axes of that collective")
              .add();
        }
      }
    }
    if (overlap.experts() != null && subject.plan().model().expertRows().isEmpty()) {
      diagnostics
          .report(Code.NO_EXPERTS, overlap.experts())
          .help("take it out; no block has a `dispatch`")
          .add();
    }
  }

  private static Set<String> cutAxes(RankProgram program) {
    Set<String> cut = new HashSet<>();
    for (Section block : program.allBlocks()) {
      for (LocalNode node : block.nodes()) {
        if (node instanceof Communicate collective && collective.pieces() != null) {
          cut.addAll(collective.axes());
        }
      }
    }
    return cut;
  }
}
