package io.heddle.cli.inspect;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes are wanted: those that are in every respect. What is empty does not matter.
 *
 * @param kinds what the node does
 * @param name of the node
 * @param ids of the node
 * @param peers to whom it sends, or from whom it receives
 * @param groups in which it communicates, by number or name; 0: that of all ranks
 */
public record NodeFilter(
    Set<NodeKind> kinds,
    Optional<Glob> name,
    List<IdRange> ids,
    Set<Long> peers,
    Set<String> groups) {
  public NodeFilter {
    kinds = Set.copyOf(kinds);
    ids = List.copyOf(ids);
    peers = Set.copyOf(peers);
    groups = Set.copyOf(groups);
  }

  boolean wants(EtNode node) {
    Optional<NodeKind> kind = kind(node);
    return (kinds.isEmpty() || (kind.isPresent() && kinds.contains(kind.get())))
        && (ids.isEmpty() || ids.stream().anyMatch(range -> range.contains(node.id())))
        && (peers.isEmpty() || isOfPeer(node, kind))
        && (groups.isEmpty() || isOfGroup(node, kind))
        && (name.isEmpty() || name.get().matches(node.name()));
  }

  /** What a node does; empty if Chakra has no such type. */
  public static Optional<NodeKind> kind(EtNode node) {
    NodeKind[] kinds = NodeKind.values();
    return node.type() >= 0 && node.type() < kinds.length
        ? Optional.of(kinds[node.type()])
        : Optional.empty();
  }

  private boolean isOfPeer(EtNode node, Optional<NodeKind> kind) {
    if (kind.equals(Optional.of(NodeKind.SEND))) {
      return isOneOf(node, EtAttribute.COMM_DST, peers);
    }
    return kind.equals(Optional.of(NodeKind.RECEIVE)) && isOneOf(node, EtAttribute.COMM_SRC, peers);
  }

  private boolean isOfGroup(EtNode node, Optional<NodeKind> kind) {
    if (!kind.equals(Optional.of(NodeKind.COLLECTIVE))) {
      return false;
    }
    boolean isNumber = node.state(EtAttribute.PG_NAME) != State.MISTYPED;
    long number =
        node.state(EtAttribute.PG_NAME) == State.PRESENT ? node.value(EtAttribute.PG_NAME) : 0;
    return groups.contains(node.group()) || (isNumber && groups.contains(String.valueOf(number)));
  }

  private static boolean isOneOf(EtNode node, EtAttribute attribute, Set<Long> wanted) {
    return node.state(attribute) == State.PRESENT && wanted.contains(node.value(attribute));
  }
}
