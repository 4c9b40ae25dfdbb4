package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.network.MessageTransport;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.RankWorkload;
import io.heddle.runtime.simulate.workload.UnreachableNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Why ranks have not finished though nothing is left to happen: who waits for whom. */
final class Diagnosis {
  private static final int MOST_FINDINGS = 20;
  private static final int MOST_RECEIVES = 8;

  private final RankWorkload[] ranks;
  private final @Nullable RankWaits[] waits;
  private final MessageWaits messages;
  private final CollectiveWaits inCollectives;

  private Diagnosis(RankWorkload[] ranks, Collectives collectives, MessageTransport transport) {
    this.ranks = ranks;
    this.waits = new @Nullable RankWaits[ranks.length];
    for (int r = 0; r < ranks.length; r++) {
      if (!ranks[r].finished()) {
        waits[r] = new RankWaits(ranks[r]);
      }
    }
    this.messages = new MessageWaits(ranks, waits, transport);
    this.inCollectives = new CollectiveWaits(ranks, waits, collectives);
  }

  /** One finding a line, a circular wait first; none if all ranks finished. */
  static List<String> of(
      RankWorkload[] ranks, Collectives collectives, MessageTransport transport) {
    for (RankWorkload rank : ranks) {
      if (!rank.finished()) {
        return new Diagnosis(ranks, collectives, transport).findings();
      }
    }
    return List.of();
  }

  private List<String> findings() {
    List<String> findings = new ArrayList<>();
    int stuck = 0;
    for (int r = 0; r < ranks.length; r++) {
      RankWaits of = waits[r];
      if (of != null && stuck++ < MOST_FINDINGS) {
        findings.add(finding(ranks[r], of));
      }
    }
    if (stuck > findings.size()) {
      findings.add("and " + (stuck - findings.size()) + " more of " + ranks.length + " ranks");
    }
    List<Long> circle = new WaitGraph(waits).circle();
    if (!circle.isEmpty()) {
      findings.add(0, text(circle));
    }
    return findings;
  }

  private String text(List<Long> circle) {
    StringBuilder text = new StringBuilder("circular wait: ");
    int shown = Math.min(circle.size(), MOST_FINDINGS);
    for (int i = 0; i < shown; i++) {
      long node = circle.get(i);
      RankWaits of = waits[WaitGraph.rank(node)];
      if (of != null) {
        text.append(i == 0 ? "" : "; ")
            .append(wait(ranks[WaitGraph.rank(node)], of, WaitGraph.slot(node)));
      }
    }
    return shown == circle.size()
        ? text.toString()
        : text + "; and so on, back to rank " + WaitGraph.rank(circle.get(0));
  }

  private String finding(RankWorkload rank, RankWaits of) {
    if (rank.idle()) {
      return "rank " + rank.rank() + ": " + UnreachableNodes.describe(rank);
    }
    // What holds the communication lane keeps everything behind it.
    int holder = rank.communicating();
    NodeTable table = rank.nodes();
    IntStream.Builder lost = IntStream.builder();
    IntStream.Builder late = IntStream.builder();
    of.eachUnderWay(
        slot -> {
          if (table.kind(slot) == NodeKind.RECEIVE) {
            if (messages.lost(of, table, slot)) {
              lost.add(slot);
            } else if (holder < 0) {
              late.add(slot);
            }
          }
        });
    int[] receives = IntStream.concat(lost.build(), late.build()).toArray();
    StringBuilder text = new StringBuilder(holder < 0 ? "" : wait(rank, of, holder));
    PrimitiveIterator.OfInt shown = IntStream.of(receives).limit(MOST_RECEIVES).iterator();
    while (shown.hasNext()) {
      int slot = shown.nextInt();
      text.append(
          text.isEmpty() ? wait(rank, of, slot) : "; also in " + messages.text(of, rank, slot));
    }
    if (receives.length > MOST_RECEIVES) {
      text.append("; … and ").append(receives.length - MOST_RECEIVES).append(" more");
    }
    return text.isEmpty() ? "rank " + rank.rank() + " does not finish" : text.toString();
  }

  private String wait(RankWorkload rank, RankWaits of, int slot) {
    NodeTable table = rank.nodes();
    return switch (table.kind(slot)) {
      case RECEIVE, SEND -> "rank " + rank.rank() + " waits in " + messages.text(of, rank, slot);
      case COLLECTIVE -> inCollectives.text(of, rank, slot);
      default ->
          "rank "
              + rank.rank()
              + " waits in "
              + table.kind(slot)
              + " "
              + Long.toUnsignedString(table.id(slot));
    };
  }
}
