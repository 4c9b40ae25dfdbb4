package io.heddle.runtime.emit;

import io.heddle.runtime.trace.RecordedNode;
import io.heddle.runtime.trace.RecordedNode.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs traces without a clock: one computing and one communicating node a rank at a time, the free
 * node with the smallest id first, a collective ends when all members have begun it, a receive when
 * its message was sent. What cannot end here cannot end under any timing.
 */
public final class OneLaneRun {
  private record Message(int from, int to, int tag) {}

  private final List<List<RecordedNode>> traces;
  private final List<Set<Long>> ended = new ArrayList<>();
  private final Set<Message> sent = new HashSet<>();

  private OneLaneRun(List<List<RecordedNode>> traces) {
    this.traces = traces;
    traces.forEach(trace -> ended.add(new HashSet<>()));
  }

  /** The ranks that never end. */
  public static Set<Integer> stuck(List<List<RecordedNode>> traces) {
    OneLaneRun run = new OneLaneRun(traces);
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int rank = 0; rank < traces.size(); rank++) {
        moved |= run.endAlone(rank);
      }
      moved |= run.endCollectives();
    }
    Set<Integer> stuck = new TreeSet<>();
    for (int rank = 0; rank < traces.size(); rank++) {
      if (run.ended.get(rank).size() < traces.get(rank).size()) {
        stuck.add(rank);
      }
    }
    return stuck;
  }

  private boolean free(int rank, RecordedNode node) {
    Set<Long> before = ended.get(rank);
    return !before.contains(node.id())
        && before.containsAll(node.data())
        && before.containsAll(node.control());
  }

  /** What holds the communication lane: the free node with the smallest id. */
  private RecordedNode inLane(int rank) {
    for (RecordedNode node : traces.get(rank)) {
      if ((node.kind() == Kind.SEND || node.kind() == Kind.COLLECTIVE) && free(rank, node)) {
        return node;
      }
    }
    return NOTHING;
  }

  private static final RecordedNode NOTHING =
      new RecordedNode(Kind.COMPUTE, 0, "", List.of(), List.of(), null, null, -1, -1, 0);

  private boolean endAlone(int rank) {
    boolean moved = false;
    RecordedNode lane = inLane(rank);
    for (RecordedNode node : traces.get(rank)) {
      boolean ends =
          free(rank, node)
              && switch (node.kind()) {
                case COMPUTE -> true;
                case RECEIVE -> sent.contains(new Message(node.peer(), rank, node.tag()));
                case SEND -> node.id() == lane.id();
                case COLLECTIVE -> false;
              };
      if (ends) {
        ended.get(rank).add(node.id());
        moved = true;
        if (node.kind() == Kind.SEND) {
          sent.add(new Message(rank, node.peer(), node.tag()));
        }
      }
    }
    return moved;
  }

  private boolean endCollectives() {
    Map<Integer, RecordedNode> lanes = new HashMap<>();
    for (int rank = 0; rank < traces.size(); rank++) {
      lanes.put(rank, inLane(rank));
    }
    boolean moved = false;
    for (Map.Entry<Integer, RecordedNode> entry : lanes.entrySet()) {
      RecordedNode node = entry.getValue();
      if (node.group() == null || ended.get(entry.getKey()).contains(node.id())) {
        continue;
      }
      boolean all = true;
      for (int member : node.group().ring()) {
        RecordedNode theirs = Objects.requireNonNull(lanes.get(member));
        all &= theirs.group() == node.group() && theirs.name().equals(node.name());
      }
      if (all) {
        for (int member : node.group().ring()) {
          ended.get(member).add(Objects.requireNonNull(lanes.get(member)).id());
        }
        moved = true;
      }
    }
    return moved;
  }
}
