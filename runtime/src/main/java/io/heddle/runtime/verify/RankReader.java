package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.Parents;
import io.heddle.runtime.simulate.workload.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads the trace of one rank after another and keeps what others need of it; for one thread. */
final class RankReader {
  private static final int MOST_OF_CIRCLE = 20;

  private final NodeRules rules;

  RankReader(Setting setting) {
    this.rules = new NodeRules(setting);
  }

  RankTrace read(Workload workload, int rank) {
    FindingCollector findings = new FindingCollector();
    NodeTable table;
    try {
      table = NodeTable.whole(workload.open(rank));
    } catch (IOException e) {
      findings.error(Rule.TRACE, "rank " + rank + ": " + e.getMessage());
      return RankTrace.refused(findings, 0);
    }
    int nodes = table.slots();
    rules.check(rank, table, findings);
    Parents parents = new Parents(table);
    LaneOrder order = new LaneOrder(table, parents);
    int[] circle = order.circle();
    if (circle.length > 0) {
      circle(rank, table, circle, findings);
      return RankTrace.refused(findings, nodes);
    }
    return new RankTrace(
        findings,
        nodes,
        Optional.of(Contraction.of(rank, table, parents, order)),
        pair(rank, table, order.openCommunication()),
        pair(rank, table, order.openCompute()),
        takesNoTime(table),
        earlyReceives(table, parents));
  }

  private static void circle(int rank, NodeTable table, int[] circle, FindingCollector findings) {
    StringBuilder text = new StringBuilder("rank " + rank + ": nodes wait for each other: ");
    Finding.Node[] nodes = new Finding.Node[circle.length];
    for (int i = 0; i < circle.length; i++) {
      nodes[i] = new Finding.Node(rank, table.id(circle[i]));
      if (i < MOST_OF_CIRCLE) {
        text.append(Long.toUnsignedString(nodes[i].id())).append(" waits for ");
      }
    }
    text.append(circle.length > MOST_OF_CIRCLE ? "…, back to " : "");
    findings.error(Rule.CIRCLE, text + Long.toUnsignedString(nodes[0].id()), nodes);
  }

  private static List<Finding.Node> pair(int rank, NodeTable table, Optional<int[]> slots) {
    return slots
        .map(
            pair ->
                List.of(
                    new Finding.Node(rank, table.id(pair[0])),
                    new Finding.Node(rank, table.id(pair[1]))))
        .orElse(List.of());
  }

  private boolean takesNoTime(NodeTable table) {
    for (int slot = 0; slot < table.slots(); slot++) {
      if (rules.takesNoTime(table, slot)) {
        return true;
      }
    }
    return false;
  }

  private static int earlyReceives(NodeTable table, Parents parents) {
    int early = 0;
    for (int slot = 0; slot < table.slots(); slot++) {
      early += table.kind(slot) == NodeKind.RECEIVE && parents.count(slot) == 0 ? 1 : 0;
    }
    return early;
  }
}
