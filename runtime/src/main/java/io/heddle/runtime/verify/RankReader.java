package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.workload.MissingParents;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeSource;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.Oddity;
import io.heddle.runtime.simulate.workload.Parents;
import io.heddle.runtime.simulate.workload.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads the trace of one rank after another and keeps what others need of it; for one thread. */
final class RankReader {
  private static final int MOST_OF_CIRCLE = 20;

  /** From here on a rank may end beyond 2^64 ns; only running it tells. */
  private static final long LONG_TIME = 1L << 61;

  private final TraceSetting setting;
  private final NodeRules rules;
  private final FirstPass firstPass;

  RankReader(TraceSetting setting) {
    this.setting = setting;
    this.rules = new NodeRules(setting);
    this.firstPass = new FirstPass(setting, rules);
  }

  CheckedRank read(Workload workload, int rank) {
    FindingCollector findings = new FindingCollector();
    NodeTable table;
    boolean whole = true;
    try {
      NodeSource source = workload.open(rank);
      try {
        table = NodeTable.whole(source);
      } catch (MissingParents e) {
        findings.error(Rule.TRACE, "rank " + rank + ": " + e.getMessage());
        whole = false;
        source = workload.openPartly(rank);
        table = NodeTable.whole(source);
      }
      for (Oddity oddity : source.oddities()) {
        String text = "rank " + rank + ": " + source.place() + oddity.text();
        if (oddity.malformed()) {
          findings.error(Rule.RECORD, text);
        } else {
          findings.warning(Rule.RECORD, text);
        }
      }
      if (setting.machine().system().memoryTrace().isPresent()) {
        TensorLists.check(workload, rank, findings);
      }
    } catch (IOException e) {
      findings.error(Rule.TRACE, "rank " + rank + ": " + e.getMessage());
      return CheckedRank.refused(findings, 0);
    }
    int nodes = table.slots();
    rules.check(workload, rank, table, findings);
    Parents parents = new Parents(table);
    LaneOrder order = new LaneOrder(table, parents);
    int[] circle = order.circle();
    if (circle.length > 0) {
      circle(rank, table, circle, findings);
      return CheckedRank.refused(findings, nodes);
    }
    if (!whole) {
      return CheckedRank.refused(findings, nodes);
    }
    if (!setting.machine().system().replayOnly()) {
      firstPass.check(rank, table, findings);
    }
    return new CheckedRank(
        findings,
        nodes,
        Optional.of(Contraction.of(rank, table, parents, order)),
        pair(rank, table, order.openCommunication()),
        pair(rank, table, order.openCompute()),
        takesNoTime(table),
        onlyARunTells(table),
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

  /**
   * Whether it depends on which node is the last, or on how long all take together, whether
   * AstraSim fails at the end of the rank.
   */
  private boolean onlyARunTells(NodeTable table) {
    boolean withoutStatistics = false;
    boolean messages = false;
    double time = 0;
    for (int slot = 0; slot < table.slots(); slot++) {
      NodeKind kind = table.kind(slot);
      messages |= kind == NodeKind.SEND || kind == NodeKind.RECEIVE;
      withoutStatistics |=
          table.cpu(slot)
              || kind == NodeKind.LOAD
              || kind == NodeKind.STORE
              || kind == NodeKind.INVALID;
      time += rules.longest(table, slot);
    }
    return (withoutStatistics && messages) || time >= LONG_TIME;
  }

  private static int earlyReceives(NodeTable table, Parents parents) {
    int early = 0;
    for (int slot = 0; slot < table.slots(); slot++) {
      early += table.kind(slot) == NodeKind.RECEIVE && parents.count(slot) == 0 ? 1 : 0;
    }
    return early;
  }
}
