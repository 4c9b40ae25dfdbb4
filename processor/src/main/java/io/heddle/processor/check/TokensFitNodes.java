package io.heddle.processor.check;

import io.heddle.plan.Exact;
import io.heddle.plan.expert.ExpertShares;
import io.heddle.plan.expert.TokenSpread;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.program.ExpertWay.Spread;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.NodeGroups;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where tokens go once to each node: that there are nodes, and that those to which a token may go
 * have as many experts as it wants.
 */
final class TokensFitNodes implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Set<Object> seen = new HashSet<>();
    for (Section block : subject.program().allBlocks()) {
      for (LocalNode node : block.nodes()) {
        if (node instanceof Communicate exchange
            && exchange.isByNode()
            && exchange.way() != null
            && seen.add(List.of(exchange.axes(), exchange.way().spread()))) {
          check(subject, exchange.axes(), exchange.way().spread(), diagnostics);
        }
      }
    }
  }

  private static void check(
      Subject subject, List<String> axes, Spread spread, Diagnostics diagnostics) {
    Span line = subject.plan().experts().span();
    Sizes sizes = new Sizes(subject.numbers());
    long experts = sizes.of(spread.experts());
    long top = sizes.of(spread.top());
    if (experts > ExpertShares.MOST_EXPERTS || top > TokenSpread.MOST_TOP) {
      diagnostics
          .report(
              Code.OUT_OF_RANGE,
              line,
              "at most %d experts, and %d for each token"
                  .formatted(ExpertShares.MOST_EXPERTS, TokenSpread.MOST_TOP))
          .help("remove `exchange = by_node`, or take fewer")
          .add();
      return;
    }
    NodeGroups lie = NodeGroups.of(axes, subject.plan(), subject.numbers());
    if (!lie.isEven()) {
      if (lie.members() > 1) {
        diagnostics
            .report(Code.NOT_BY_NODE, line, String.join(", ", axes), lie.members(), lie.obstacle())
            .help(
                "take it out, or choose `layout` and sizes of axes for which each node has as many"
                    + " ranks of each group")
            .add();
      }
      return;
    }
    long ofNode = experts / lie.nodes();
    if (spread.nodes() > 0 && spread.nodes() < lie.nodes() && spread.nodes() * ofNode < top) {
      diagnostics
          .report(Code.FEW_NODES, line, spread.nodes(), lie.nodes(), spread.nodes() * ofNode, top)
          .help("let tokens go to more nodes: `nodes = %d`".formatted(Exact.ceilDiv(top, ofNode)))
          .add();
    }
  }
}
