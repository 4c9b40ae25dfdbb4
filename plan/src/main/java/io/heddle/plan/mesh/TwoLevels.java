package io.heddle.plan.mesh;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the groups of a kind lie in nodes: several members in each of several nodes, so that a sum of
 * theirs can go in two levels.
 *
 * @param inside the members in one node
 * @param between the members at one place in each node
 */
record TwoLevels(Parting inside, Parting between) {
  /** The levels; null where the kind wants none, or where groups lie otherwise. */
  static @Nullable TwoLevels of(Mesh mesh, GroupKind kind, RingOrder ringOrder) {
    if (kind.members() != GroupKind.Members.TWO_LEVEL) {
      return null;
    }
    Parting whole = Parting.of(mesh, kind);
    int node = ringOrder.nodeRanks();
    int inside = NodeLevel.insideSize(mesh, whole, node);
    return inside == 0
        ? null
        : new TwoLevels(
            whole.on(new NodeLevel(true, node, inside)),
            whole.on(new NodeLevel(false, node, inside)));
  }

  Stream<Parting> partings() {
    return Stream.of(inside, between);
  }
}
