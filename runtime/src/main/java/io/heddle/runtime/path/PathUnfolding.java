package io.heddle.runtime.path;

import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a path through ranks that stand for others onto ranks that depend on each other. It begins
 * at its end, with the lowest rank that ends last, and goes back to who really sends to that rank
 * and who really is in its groups: of one colour all are alike.
 */
final class PathUnfolding {
  private final Fold fold;
  private final Groups groups;

  PathUnfolding(Fold fold, Groups groups) {
    this.fold = fold;
    this.groups = groups;
  }

  /**
   * @param path what is known of the nodes
   * @param nodes of ranks that stand for others
   */
  List<PathNode> unfold(PathNaming path, List<PathNode> nodes) {
    List<PathNode> unfolded = new ArrayList<>(nodes);
    for (int at = nodes.size() - 1; at > 0; at--) {
      int rank = unfolded.get(at).rank();
      PathNode before = nodes.get(at - 1);
      int other = rank;
      if (path.hasWaited(at)) {
        other = sender(path, at, nodes.get(at).rank(), rank);
      } else if (nodes.get(at).kind() == NodeKind.COLLECTIVE) {
        other = member(path.group(at), rank, fold.colour(before.rank()));
      }
      if (fold.colour(other) != fold.colour(before.rank())) {
        throw new IllegalStateException("rank " + other + " does not stand for the path");
      }
      unfolded.set(at - 1, before.on(other));
    }
    return unfolded;
  }

  /**
   * Who sends to a rank.
   *
   * @param standIn the rank that stands for it, of which the path knows the sender
   */
  private int sender(PathNaming path, int at, int standIn, int rank) {
    int peer = path.peer(at);
    if (path.group(at) == 0) {
      return rank + peer - standIn;
    }
    PartedRanks parted = groups.parted().get(groups.partedOf(path.group(at)));
    int distance = position(parted, peer) - position(parted, standIn);
    int size = parted.groupSize();
    return parted.member(
        parted.groupOf(rank), Math.floorMod(position(parted, rank) + distance, size));
  }

  /** A member of a rank's group that has a colour: the rank itself, or the next on the ring. */
  private int member(int standInsGroup, int rank, int colour) {
    PartedRanks parted = groups.parted().get(groups.partedOf(standInsGroup));
    int position = position(parted, rank);
    int member = rank;
    for (int i = 1; fold.colour(member) != colour && i < parted.groupSize(); i++) {
      member = parted.member(parted.groupOf(rank), (position + i) % parted.groupSize());
    }
    return member;
  }

  private static int position(PartedRanks parted, int rank) {
    int group = parted.groupOf(rank);
    int position = 0;
    while (parted.member(group, position) != rank) {
      position++;
    }
    return position;
  }
}
