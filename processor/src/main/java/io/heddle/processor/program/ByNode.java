package io.heddle.processor.program;

import io.heddle.plan.expert.TokenSpread;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.ExpertWay.Spread;
import io.heddle.processor.program.LocalNode.Communicate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The messages of an exchange of experts in which each token goes once to each node, and from there
 * once to each rank.
 *
 * @param nodes over which the experts lie; 1 where one has all
 * @param ranks in each of them
 * @param toNode bytes of a message to the same place in another node
 * @param toRank bytes of a message to another rank of the node
 */
public record ByNode(int nodes, int ranks, long toNode, long toRank) {
  /** The messages of an exchange; empty where nodes have different numbers of its ranks. */
  public static Optional<ByNode> of(
      Communicate node, ExpertWay way, Plan plan, PlanNumbers numbers, Sizes sizes) {
    NodeGroups lie = NodeGroups.of(node.axes(), plan, numbers);
    if (!lie.isEven()) {
      return Optional.empty();
    }
    Spread of = way.spread();
    long tokens = sizes.of(of.tokens());
    long top = sizes.of(of.top());
    TokenSpread spread = new TokenSpread(tokens, sizes.of(of.experts()), top, of.nodes());
    int ranks = lie.members() / lie.nodes();
    long bytes = sizes.of(node.bytes());
    int nodes = lie.nodes();
    return Optional.of(
        new ByNode(
            nodes,
            ranks,
            nodes == 1 ? 0 : spread.bytesToNode(bytes, nodes),
            ranks == 1 ? 0 : spread.bytesToRank(bytes, nodes, ranks)));
  }

  /** Bytes that a rank sends, all together. */
  public long sent() {
    return Math.addExact(
        Math.multiplyExact(nodes - 1L, toNode), Math.multiplyExact(ranks - 1L, toRank));
  }

  /** For readers. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (nodes > 1) {
      parts.add(String.format(Locale.ROOT, "%,d to nodes of %,d B", nodes - 1, toNode));
    }
    if (ranks > 1) {
      parts.add(String.format(Locale.ROOT, "%,d within of %,d B", ranks - 1, toRank));
    }
    return String.join(", ", parts);
  }
}
