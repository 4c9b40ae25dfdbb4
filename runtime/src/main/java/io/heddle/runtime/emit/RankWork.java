package io.heddle.runtime.emit;

import io.heddle.plan.expert.TokenSpread;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Neighbours;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernels and the communication in groups of one rank: what of them there is, of which sizes,
 * and for how long they hold its lanes. A node that is left out stands for what it needs.
 */
final class RankWork {
  private final NodeWriter writer;
  private final EmittedNode node;
  private final GroupMessages messages;
  private final @Nullable Group[] groups;
  private final int nodeRanks;
  private final Map<String, TwoLevelSum.Names> namesOfSums = new HashMap<>();
  private final List<TokenMessages> tokenMessages = new ArrayList<>();
  private @Nullable RankRows rows;
  private @Nullable HostTime host;
  private double busy;

  /**
   * @param nodeRanks ranks of a node; 0 where the network has one dimension. Where it has several,
   *     an all-to-all is made of messages, see {@link Exchange#BY_NETWORK}
   */
  RankWork(NodeWriter writer, @Nullable Group[] groups, int nodeRanks) {
    this.writer = writer;
    this.node = writer.node();
    this.messages = new GroupMessages(writer);
    this.groups = groups;
    this.nodeRanks = nodeRanks;
  }

  /** Gives the rank its rows of experts, where ranks have different numbers of them. */
  void rows(RankRows ofRank) {
    this.rows = ofRank;
  }

  private RankRows rows() {
    if (rows == null) {
      throw new IllegalStateException("no loads of experts are known");
    }
    return rows;
  }

  /** The group of a kind that the rank is in. */
  @Nullable Group groupOf(int kind) {
    return groups[kind];
  }

  private Group group(String operation, int kind) {
    Group group = groups[kind];
    if (group == null) {
      throw new IllegalStateException("rank " + writer.rank() + " is in no group for " + operation);
    }
    return group;
  }

  /** Begins to add up how long kernels and collectives of a pass last. */
  void measure(HostTime with) {
    host = with;
    busy = 0;
  }

  /** Ends {@link #measure}; returns how long they last, ns. */
  double measured() {
    host = null;
    return busy;
  }

  /**
   * A kernel. One without operations is left out, as the optimizer of a stage that has no weights
   * is: AstraSim would take it for endless.
   */
  long compute(Kernel kernel) {
    if (kernel.operations() == 0) {
      node.dataDependencies.clear();
      return NodeIdList.NONE;
    }
    if (host != null) {
      busy += host.nanos(kernel);
    }
    return writer.compute(kernel);
  }

  /** A kernel on as many rows of experts as the rank gets in this layer and micro-batch. */
  long compute(ExpertKernel kernel) {
    RankRows ofRank = rows();
    long count = ofRank.received(kernel.route(), node.microBatch, node.layer);
    return count == 0 ? writer.leaveOut() : compute(kernel.of(count, ofRank.even(kernel.route())));
  }

  /** What a tensor of rows of experts comes to for as many as the rank gets. */
  long bytesOfRows(int route, long bytes) {
    long count = rows().received(route, node.microBatch, node.layer);
    return RankRows.share(bytes, count, rows().even(route));
  }

  /**
   * Exchanges rows between tokens and experts.
   *
   * @param bytes of all rows of this rank
   * @param toExperts whether they go there, or come back
   * @return the bundle of all receives
   */
  long exchangeRows(String operation, int kind, long bytes, int route, boolean toExperts) {
    long row = bytes / rows().sent(route);
    long received =
        messages.exchange(
            operation,
            group(operation, kind),
            peer -> Math.multiplyExact(row, rowsBetween(route, peer, toExperts)),
            peer -> Math.multiplyExact(row, rowsBetween(route, peer, !toExperts)));
    leaveGap(operation);
    return received;
  }

  /** Rows between this rank and another: its own on their way there, or the other's. */
  private long rowsBetween(int route, int peer, boolean own) {
    return own
        ? rows().to(route, peer, node.microBatch, node.layer)
        : rows().from(route, peer, node.microBatch, node.layer);
  }

  /**
   * A collective.
   *
   * @param exchange what it is made of where it is an exchange
   */
  long collective(
      String operation, Collective collective, int kind, long bytes, Exchange exchange) {
    if (collective.isExchange()) {
      return exchange(operation, collective, kind, bytes, exchange);
    }
    return collective.isInPlace()
        ? sum(operation, collective, kind, bytes)
        : plain(operation, collective, kind, bytes);
  }

  /** A collective that is one node. */
  long plain(String operation, Collective collective, int kind, long bytes) {
    return collective(operation, collective, group(operation, kind), bytes, true);
  }

  /** A sum of which all members get all, see {@link TwoLevelSum} where it goes in two levels. */
  long sum(String operation, Collective collective, int kind, long bytes) {
    Group group = group(operation, kind);
    Group inside = group.inside();
    Group between = group.between();
    if (inside == null || between == null || isLeftOut()) {
      return collective(operation, collective, group, bytes, true);
    }
    TwoLevelSum.Names names = TwoLevelSum.names(namesOfSums, operation);
    long part = TwoLevelSum.part(bytes, inside.size());
    long padded = Math.multiplyExact(part, inside.size());
    writer.needs(collective(names.scatter(), Collective.REDUCE_SCATTER, inside, padded, false));
    writer.needs(collective(operation, collective, between, part, false));
    return collective(names.gather(), Collective.ALL_GATHER, inside, part, true);
  }

  /** Exchanges the parts of a tensor, as one collective or as messages. */
  long exchange(String operation, Collective collective, int kind, long bytes, Exchange exchange) {
    boolean pairwise =
        exchange == Exchange.BY_NETWORK ? nodeRanks > 0 : exchange != Exchange.DIRECT;
    Group group = group(operation, kind);
    if (!pairwise) {
      return collective(operation, collective, group, bytes, true);
    }
    long received = messages.exchange(operation, group, bytes);
    leaveGap(operation);
    return received;
  }

  /** Sends tokens once to each node, and from there to their ranks, or back. */
  long byNode(String operation, int kind, long bytes, TokenSpread spread, boolean toExperts) {
    Group group = group(operation, kind);
    TokenMessages sent = tokenMessages(group, bytes, spread, toExperts);
    if (sent.levels().isEmpty()) {
      return exchange(operation, Collective.ALL_TO_ALL, kind, bytes, Exchange.PAIRWISE);
    }
    long received = NodeIdList.NONE;
    for (int i = 0; i < sent.levels().size(); i++) {
      TokenMessages.Level level = sent.levels().get(i);
      writer.needs(received);
      node.timed = level.timed();
      long next = messages.exchangeAlike(operation, level.group(), level.bytes());
      node.timed = null;
      received = received == NodeIdList.NONE ? next : writer.bundles().of(received, next);
    }
    leaveGap(operation);
    return received;
  }

  /** The messages of tokens, which are alike in each layer and micro-batch of a block's experts. */
  private TokenMessages tokenMessages(
      Group group, long bytes, TokenSpread spread, boolean toExperts) {
    for (int i = 0; i < tokenMessages.size(); i++) {
      TokenMessages known = tokenMessages.get(i);
      if (known.isOf(group, bytes, spread, toExperts)) {
        return known;
      }
    }
    TokenMessages made = TokenMessages.of(group, nodeRanks, bytes, spread, toExperts, writer);
    tokenMessages.add(made);
    return made;
  }

  /** Sends to neighbours on the group's ring what they need; returns the bundle of receives. */
  long toNeighbours(String operation, Group group, List<Neighbours.Part> parts, boolean back) {
    return messages.toNeighbours(operation, group, parts, back);
  }

  /** Sends to the next rank of the group's ring; returns the receive from the one before. */
  long pass(String operation, Group group, long bytes) {
    return messages.pass(operation, group, bytes);
  }

  /** As {@link #pass(String, Group, long)}, of a kind of group. */
  long pass(String operation, int kind, long bytes) {
    return messages.pass(operation, group(operation, kind), bytes);
  }

  /** As {@link #pass(String, int, long)}, to the rank before; returns that from the next one. */
  long passBack(String operation, int kind, long bytes) {
    return messages.passBack(operation, group(operation, kind), bytes);
  }

  /** Whether collectives that come next are not to be emitted. */
  private boolean isLeftOut() {
    return !writer.emitsShared() && (node.aside || node.direction == Direction.STEP);
  }

  /**
   * A collective.
   *
   * @param isLast whether others may follow behind it
   */
  private long collective(
      String operation, Collective collective, Group group, long bytes, boolean isLast) {
    if (isLeftOut()) {
      return writer.leaveOut();
    }
    // Without rows of experts there is nothing to send.
    boolean isEmpty = bytes == 0 && rows != null;
    if (!isEmpty && host != null && !node.aside) {
      busy += writer.measured(group, collective, bytes);
    }
    long id = isEmpty ? writer.leaveOut() : writer.collective(operation, collective, group, bytes);
    if (isLast) {
      leaveGap(operation);
    }
    return id;
  }

  /** Others may take their places behind an operation, if it is whole and of a pass. */
  private void leaveGap(String operation) {
    if (writer.leavesGap()) {
      writer.leaveGap(operation);
    }
  }
}
