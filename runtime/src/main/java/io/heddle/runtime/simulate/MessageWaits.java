package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.network.MessageTransport;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.NodeTable;
import io.heddle.runtime.simulate.workload.RankWorkload;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** What receives wait for, and sends where the receiver must ask first. */
final class MessageWaits {
  /**
   * What the other rank would have to issue.
   *
   * @param tag as it is sent
   */
  private record Message(NodeKind issue, int from, int to, int tag, long bytes) {}

  private final RankWorkload[] ranks;
  private final @Nullable RankWaits[] waits;
  private final MessageTransport transport;

  MessageWaits(RankWorkload[] ranks, @Nullable RankWaits[] waits, MessageTransport transport) {
    this.ranks = ranks;
    this.waits = waits;
    this.transport = transport;
    match();
  }

  /** Gives each message node under way a node of its own that the other rank has not issued. */
  private void match() {
    Map<Message, Queue<Long>> wanted = new HashMap<>();
    for (int r = 0; r < ranks.length; r++) {
      RankWaits of = waits[r];
      if (of == null) {
        continue;
      }
      int rank = r;
      NodeTable table = ranks[r].nodes();
      of.eachUnderWay(
          slot -> {
            Message message =
                switch (table.kind(slot)) {
                  case RECEIVE -> message(NodeKind.SEND, table.peer(slot), rank, table, slot);
                  case SEND -> message(NodeKind.RECEIVE, rank, table.peer(slot), table, slot);
                  default -> null;
                };
            if (message != null) {
              wanted
                  .computeIfAbsent(message, m -> new ArrayDeque<>())
                  .add(WaitGraph.node(rank, slot));
            }
          });
    }
    for (int r = 0; r < ranks.length && !wanted.isEmpty(); r++) {
      RankWaits of = waits[r];
      if (of == null) {
        continue;
      }
      int rank = r;
      NodeTable table = ranks[r].nodes();
      of.eachUnissued(
          slot -> {
            Message message =
                switch (table.kind(slot)) {
                  case SEND -> message(NodeKind.SEND, rank, table.peer(slot), table, slot);
                  case RECEIVE -> message(NodeKind.RECEIVE, table.peer(slot), rank, table, slot);
                  default -> null;
                };
            Queue<Long> queue = message == null ? null : wanted.get(message);
            Long node = queue == null ? null : queue.poll();
            RankWaits waiting = node == null ? null : waits[WaitGraph.rank(node)];
            if (node != null && waiting != null) {
              waiting.needs(WaitGraph.slot(node), WaitGraph.node(rank, slot));
            }
          });
    }
  }

  private static Message message(NodeKind issue, int from, int to, NodeTable table, int slot) {
    return new Message(issue, from, to, MessageTransport.tag(table.tag(slot)), table.bytes(slot));
  }

  /** Whether the other rank has nothing left that would end the node. */
  boolean lost(RankWaits of, NodeTable table, int slot) {
    return of.need(slot) == WaitGraph.NOTHING && ranks[table.peer(slot)].holdsAll();
  }

  /** Says of a message node under way what it waits for. */
  String text(RankWaits of, RankWorkload rank, int slot) {
    NodeTable table = rank.nodes();
    boolean receive = table.kind(slot) == NodeKind.RECEIVE;
    int peer = table.peer(slot);
    String what =
        (receive ? "receive " : "send ")
            + id(table, slot)
            + (receive ? " for " : " of ")
            + Long.toUnsignedString(table.bytes(slot))
            + " bytes with tag "
            + Integer.toUnsignedString(table.tag(slot))
            + (receive ? " from rank " : " to rank ")
            + peer;
    String other = receive ? "send" : "receive";
    long need = of.need(slot);
    if (need != WaitGraph.NOTHING) {
      String needed = id(ranks[peer].nodes(), WaitGraph.slot(need));
      return what + ", which has not issued its " + other + " " + needed;
    }
    if (!lost(of, table, slot)) {
      return what + ", which has not issued its " + other;
    }
    MessageTransport.Unclaimed unclaimed =
        receive ? transport.unclaimed(peer, rank.rank(), table.tag(slot), table.bytes(slot)) : null;
    if (unclaimed == null) {
      return what + ", but rank " + peer + "'s trace has no such " + other + " left";
    }
    return what
        + ", but rank "
        + peer
        + " sent "
        + unclaimed.bytes()
        + " bytes with "
        + (unclaimed.tag() == MessageTransport.tag(table.tag(slot))
            ? "this tag"
            : "tag " + unclaimed.tag())
        + ", which nobody asked for";
  }

  private static String id(NodeTable table, int slot) {
    return Long.toUnsignedString(table.id(slot));
  }
}
