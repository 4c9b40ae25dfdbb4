package io.heddle.runtime.path;

import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Flattener;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps of a simulation what the {@link CriticalPath} is made of. A node begins because of the node
 * of its rank that was done last before it was issued: that freed it or its lane. A collective
 * begins because of what let the last of its members issue it, a receive that waits ends because of
 * the send.
 */
public final class PathRecorder implements SimulationObserver {
  /** Records of about 117 MB. */
  static final int MOST_RECORDS = 1 << 22;

  private static final int NONE = CauseTree.NONE;

  private final int mostRecords;
  private final @Nullable Fold fold;
  private CauseTree tree;
  private boolean tooLong;
  // By colour; where nothing is folded, by rank.
  private final NodesUnderWay[] underWay;
  // The same: the node that was done last.
  private final int[] last;
  // By group, or by the first of those that are alike: members that have issued the next
  // collective, what let the latest of them do so, and the same of the collective that all have
  // issued.
  private final int[] members;
  private final int[] joined;
  private final int[] latestOfNext;
  private final int[] latest;
  // A message is there for its sender first, then for its receiver.
  private int lastSend;

  /** Records a simulation of ranks that run collectives in these groups. */
  public PathRecorder(Groups groups, int ranks) {
    this(groups, ranks, null, MOST_RECORDS);
  }

  /** Records a simulation of one rank of each colour. */
  public PathRecorder(Groups groups, Fold fold) {
    this(groups, fold.colours(), fold, MOST_RECORDS);
  }

  /**
   * @param mostRecords of nodes that may yet be on the path
   */
  PathRecorder(Groups groups, int ranks, int mostRecords) {
    this(groups, ranks, null, mostRecords);
  }

  private PathRecorder(Groups groups, int running, @Nullable Fold fold, int mostRecords) {
    this.mostRecords = mostRecords;
    this.fold = fold;
    int largest = groups.largestId();
    underWay = new NodesUnderWay[running];
    Arrays.setAll(underWay, rank -> new NodesUnderWay());
    last = new int[running];
    members = new int[largest + 1];
    joined = new int[largest + 1];
    latestOfNext = new int[largest + 1];
    latest = new int[largest + 1];
    for (PartedRanks parted : groups.parted()) {
      for (int group = 0; group < parted.groups(); group++) {
        int id = parted.id(group);
        members[id] = fold == null ? parted.groupSize() : fold.orbit(id).ring().period();
      }
    }
    tree = new CauseTree(mostRecords);
    restart();
  }

  private int place(int rank) {
    return fold == null ? rank : fold.colour(rank);
  }

  /** The group that stands for it. */
  private int alike(int group) {
    return fold == null || group == 0 ? group : fold.orbit(group).id();
  }

  @Override
  public void restart() {
    tree = new CauseTree(mostRecords);
    tooLong = false;
    for (NodesUnderWay nodes : underWay) {
      nodes.clear();
    }
    Arrays.fill(last, NONE);
    Arrays.fill(joined, 0);
    Arrays.fill(latestOfNext, NONE);
    Arrays.fill(latest, NONE);
    lastSend = NONE;
  }

  @Override
  public void issued(int rank, long node, NodeKind kind, int group) {
    if (tooLong) {
      return;
    }
    int cause = last[place(rank)];
    tree.hold(cause);
    underWay[place(rank)].add(node, cause);
    if (kind == NodeKind.COLLECTIVE) {
      int of = alike(group);
      tree.release(latestOfNext[of]);
      tree.hold(cause);
      latestOfNext[of] = cause;
      if (++joined[of] == members[of]) {
        joined[of] = 0;
        tree.release(latest[of]);
        latest[of] = latestOfNext[of];
        latestOfNext[of] = NONE;
      }
    }
  }

  @Override
  public void completed(
      int rank,
      long node,
      NodeKind kind,
      int collective,
      int group,
      long issued,
      long completed,
      long exposed) {
    if (tooLong) {
      return;
    }
    if (tree.full()) {
      tooLong = true;
      tree = new CauseTree(0);
      return;
    }
    int own = underWay[place(rank)].remove(node);
    int cause = own;
    boolean hasWaited = kind == NodeKind.RECEIVE && issued != completed;
    if (kind == NodeKind.COLLECTIVE) {
      cause = latest[alike(group)];
    } else if (hasWaited) {
      cause = lastSend;
    }
    int record = tree.add(cause, hasWaited ? ~rank : rank, node, completed);
    tree.release(own);
    tree.release(last[place(rank)]);
    last[place(rank)] = record;
    if (kind == NodeKind.SEND) {
      tree.hold(record);
      tree.release(lastSend);
      lastSend = record;
    }
  }

  /** Most records that were kept at a time. */
  int mostKept() {
    return tree.mostLive();
  }

  /**
   * The path of a run that went to its end.
   *
   * @param flattener whose nodes ran
   */
  public CriticalPath path(Flattener flattener) {
    if (tooLong) {
      return new CriticalPath(
          List.of(),
          Optional.of(
              "More than %,d nodes could yet have been on the critical path, which is the most that"
                      .formatted(mostRecords)
                  + " are kept: ranks that meet seldom have histories of their own."));
    }
    int end = last[0];
    for (int record : last) {
      if (Long.compareUnsigned(tree.completed(record), tree.completed(end)) > 0) {
        end = record;
      }
    }
    int length = 0;
    for (int record = end; record != NONE; record = tree.cause(record)) {
      length++;
    }
    PathNaming naming = new PathNaming(length);
    int at = length;
    for (int record = end; record != NONE; record = tree.cause(record)) {
      int before = tree.cause(record);
      int rank = tree.rank(record);
      naming.put(
          --at,
          rank < 0 ? ~rank : rank,
          rank < 0,
          tree.id(record),
          before == NONE ? 0 : tree.completed(before),
          tree.completed(record));
    }
    List<PathNode> nodes = naming.name(flattener);
    return new CriticalPath(
        fold == null ? nodes : new PathUnfolding(fold, flattener.groups()).unfold(naming, nodes),
        Optional.empty());
  }
}
