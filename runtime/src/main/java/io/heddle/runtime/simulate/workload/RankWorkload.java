package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.io.IOException;
import java.util.function.IntConsumer;

/**
 * The nodes of one rank and its lanes: one compute node, one CPU node, and one of collective, send
 * and memory operation at a time, unless that lane is open; any number of receives. After each
 * completion one pass over the free nodes, smallest id first, issues what finds its lane empty.
 */
public final class RankWorkload {
  private static final int NONE = NodeTable.NONE;
  private static final int LANES = 4;
  private static final int COMPUTE_LANE = 0;
  private static final int COMMUNICATION_LANE = 1;
  private static final int CPU_LANE = 2;
  private static final int NO_LANE = 3;
  private static final int NO_COLLECTIVE = -1;

  private final int rank;
  private final NodeSource source;
  private final EventQueue events;
  private final NodeIssuer issuer;
  private final SimulationObserver observer;
  private final NodeTable table = new NodeTable();
  private final FreeNodes[] free = new FreeNodes[LANES];
  private final int[] held = {NONE, NONE, NONE};
  private final RankStatistics statistics = new RankStatistics();
  private final boolean openLane;
  private boolean sourceEmpty;
  private int underWay;
  private int most;
  private boolean finished;
  private long finishedAt;

  /**
   * Opens the rank; {@link #load} comes next.
   *
   * @param openLane whether it may communicate any number of things at a time
   */
  public RankWorkload(
      int rank,
      NodeSource source,
      EventQueue events,
      NodeIssuer issuer,
      SimulationObserver observer,
      boolean openLane) {
    this.rank = rank;
    this.source = source;
    this.events = events;
    this.issuer = issuer;
    this.observer = observer;
    this.openLane = openLane;
    for (int lane = 0; lane < LANES; lane++) {
      free[lane] = new FreeNodes(table::id);
    }
  }

  /** Takes the first nodes from the source. */
  public void load() throws IOException {
    sourceEmpty = !source.load(table);
    if (!source.chained()) {
      // All nodes of the rank are there: it may be one of thousands.
      table.trim();
    }
  }

  public int rank() {
    return rank;
  }

  /** Its unfinished nodes, so far as they are loaded. */
  public NodeTable nodes() {
    return table;
  }

  /** Where its nodes come from. */
  public NodeSource source() {
    return source;
  }

  public RankStatistics statistics() {
    return statistics;
  }

  /** Whether all is done. */
  public boolean finished() {
    return finished;
  }

  /** When it was. */
  public long finishedAt() {
    return finishedAt;
  }

  /** Most nodes that were held at once. */
  public int mostPending() {
    return most;
  }

  /** First pass. */
  public void start() {
    pass();
  }

  /** The node in the slot is done: frees what waited for it and makes a pass. */
  public void complete(int slot) {
    done(slot);
    pass();
  }

  private void done(int slot) {
    NodeKind kind = table.kind(slot);
    boolean cpu = table.cpu(slot);
    int lane = lane(slot);
    if (lane != NO_LANE) {
      held[lane] = NONE;
    }
    underWay--;
    long now = events.now();
    statistics.complete(kind, cpu, now);
    observer.completed(
        rank,
        table.id(slot),
        kind,
        kind == NodeKind.COLLECTIVE ? table.collective(slot) : NO_COLLECTIVE,
        group(kind, slot),
        table.issued(slot),
        now,
        holdsLane(kind) ? statistics.exposedOfLast() : 0);
    table.finish(slot);
  }

  private boolean holdsLane(NodeKind kind) {
    return !openLane && (kind == NodeKind.COLLECTIVE || kind == NodeKind.SEND);
  }

  private int group(NodeKind kind, int slot) {
    return switch (kind) {
      case COLLECTIVE -> table.group(slot);
      case SEND -> table.groupOfMessage(slot);
      default -> 0;
    };
  }

  private void pass() {
    sortReady();
    while (true) {
      int slot = nextToIssue();
      if (slot == NONE) {
        break;
      }
      issue(slot);
    }
    // Freed within the pass by nodes that were done at once: theirs is the next pass.
    sortReady();
    if (underWay == 0 && table.pending() == 0) {
      finish();
    }
  }

  private void finish() {
    if (!sourceEmpty) {
      loadMore();
    }
    if (sourceEmpty) {
      finished = true;
      finishedAt = events.now();
    } else {
      pass();
    }
  }

  private int nextToIssue() {
    int best = NONE;
    for (int lane = 0; lane < LANES; lane++) {
      if (lane == NO_LANE || held[lane] == NONE) {
        int first = free[lane].first();
        if (first != NONE
            && (best == NONE || Long.compareUnsigned(table.id(first), table.id(best)) < 0)) {
          best = first;
        }
      }
    }
    return best;
  }

  private void issue(int slot) {
    int lane = lane(slot);
    free[lane].removeFirst();
    if (lane != NO_LANE) {
      held[lane] = slot;
    }
    underWay++;
    boolean last = table.isLast(slot);
    statistics.issue(table.kind(slot), table.cpu(slot), events.now());
    observer.issued(rank, table.id(slot), table.kind(slot), group(table.kind(slot), slot));
    boolean atOnce = !issuer.issue(this, slot);
    table.issue(slot, events.now());
    if (atOnce) {
      done(slot);
    }
    if (last && !sourceEmpty) {
      loadMore();
    }
  }

  private void loadMore() {
    try {
      sourceEmpty = !source.load(table);
    } catch (IOException e) {
      throw new SimulationFault("rank " + rank + ": " + e.getMessage());
    }
    if (!sourceEmpty) {
      // A node that is free at once belongs to this pass: it would have been there from its start.
      sortReady();
    }
  }

  private void sortReady() {
    most = Math.max(most, table.pending());
    for (int slot = table.pollReady(); slot != NONE; slot = table.pollReady()) {
      free[lane(slot)].add(slot);
    }
  }

  private int lane(int slot) {
    if (table.cpu(slot)) {
      return CPU_LANE;
    }
    return switch (table.kind(slot)) {
      case COMPUTE -> COMPUTE_LANE;
      case RECEIVE -> NO_LANE;
      default -> openLane ? NO_LANE : COMMUNICATION_LANE;
    };
  }

  /** Whether nothing is under way, so that AstraSim never looks at this rank again. */
  public boolean idle() {
    return underWay == 0;
  }

  /** Slot of the node that holds the communication lane; negative if none does. */
  public int communicating() {
    return held[COMMUNICATION_LANE];
  }

  /** Calls back with the slot of each node that could be issued. */
  public void eachFree(IntConsumer visitor) {
    for (FreeNodes nodes : free) {
      nodes.each(visitor);
    }
  }

  /** What holds the lane that the node needs; negative if nothing does. */
  public int holder(int slot) {
    int lane = lane(slot);
    return lane == NO_LANE ? NONE : held[lane];
  }

  /** Whether no more nodes are to come than those it holds. */
  public boolean holdsAll() {
    return finished || sourceEmpty || source.whole();
  }
}
