package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.kernel.LongIntMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a run did not come to its end: who waits for whom. */
final class Standstill {
  private static final int NONE = -1;
  private static final int MOST_SHOWN = 20;

  /** Where a rank has posted more receives than these, circles through the others stay unseen. */
  private static final int MOST_OF_A_RANK = 100;

  /** An event of a rank that was issued and is not done. */
  private record Waiting(Skeleton skeleton, int event) {}

  private final UntimedRun run;
  private final List<Waiting> waiting = new ArrayList<>();
  private final LongIntMap number = new LongIntMap();
  private final int[] @Nullable [] next;
  private final Map<Long, int[]> nextOfMeeting = new HashMap<>();
  private final @Nullable Parentage[] parentage;

  private Standstill(UntimedRun run) {
    this.run = run;
    this.parentage = new @Nullable Parentage[run.ranks()];
    for (int rank = 0; rank < run.ranks(); rank++) {
      Skeleton skeleton = run.skeleton(rank);
      int count = 0;
      for (int event = 0; event < skeleton.size; event++) {
        if (run.issued(rank, event)
            && !run.done(rank, event)
            && (event == run.holder(rank) || count++ < MOST_OF_A_RANK)) {
          number.put(key(rank, event), waiting.size());
          waiting.add(new Waiting(skeleton, event));
        }
      }
    }
    this.next = new int[waiting.size()] @Nullable [];
  }

  private static long key(int rank, int event) {
    return ((long) rank << 32) | event;
  }

  /** Says why the run stands still. */
  static void explain(UntimedRun run, FindingCollector findings) {
    new Standstill(run).explain(findings);
  }

  private void explain(FindingCollector findings) {
    int[] circle = ShortestCircle.in(waiting.size(), this::next);
    if (circle.length > 0) {
      circle(circle, findings);
      return;
    }
    long stuck = waiting.stream().map(Waiting::skeleton).distinct().count();
    // One that waits for what is nowhere left keeps the others.
    Waiting first =
        waiting.stream().filter(at -> targets(at).isEmpty()).findFirst().orElse(waiting.get(0));
    findings.error(
        Rule.TERMINATION,
        stuck + " of " + run.ranks() + " ranks do not end: " + wait(first),
        first.skeleton().node(first.event()));
  }

  private void circle(int[] circle, FindingCollector findings) {
    StringBuilder text = new StringBuilder("ranks wait for each other: ");
    List<Finding.Node> nodes = new ArrayList<>();
    for (int i = 0; i < circle.length; i++) {
      Waiting at = waiting.get(circle[i]);
      int then = circle[(i + 1) % circle.length];
      nodes.add(at.skeleton().node(at.event()));
      for (Waiting target : targets(at)) {
        if (Arrays.stream(blockers(target)).anyMatch(blocker -> blocker == then)) {
          nodes.add(target.skeleton().node(target.event()));
          if (i < MOST_SHOWN) {
            text.append(i == 0 ? "" : "; ").append(wait(at)).append(" for ");
            text.append(target.skeleton().name(target.event()));
            text.append(" of rank ").append(target.skeleton().rank);
          }
          break;
        }
      }
    }
    text.append(circle.length > MOST_SHOWN ? "; and so on, back to the first" : "");
    findings.error(Rule.TERMINATION, text.toString(), nodes.toArray(new Finding.Node[0]));
  }

  private static String wait(Waiting at) {
    return "rank " + at.skeleton().rank + " waits in " + at.skeleton().text(at.event());
  }

  /** The events under way that keep those from being issued for which this one waits. */
  private int[] next(int index) {
    Waiting at = waiting.get(index);
    if (at.skeleton().kind[at.event()] == Skeleton.COLLECTIVE) {
      // All who run a collective wait for the same.
      long key = run.meetings().key(at.skeleton(), at.event());
      return nextOfMeeting.computeIfAbsent(key, unused -> blockersOfAll(at));
    }
    int[] known = next[index];
    if (known == null) {
      known = blockersOfAll(at);
      next[index] = known;
    }
    return known;
  }

  private int[] blockersOfAll(Waiting at) {
    return targets(at).stream()
        .flatMapToInt(target -> Arrays.stream(blockers(target)))
        .distinct()
        .toArray();
  }

  /** Events of other ranks that are not issued and must be. */
  private List<Waiting> targets(Waiting at) {
    Skeleton skeleton = at.skeleton();
    int event = at.event();
    List<Waiting> targets = new ArrayList<>();
    switch (skeleton.kind[event]) {
      case Skeleton.RECEIVE -> partner(skeleton, event, Skeleton.SEND, true, targets);
      case Skeleton.SEND -> partner(skeleton, event, Skeleton.RECEIVE, false, targets);
      case Skeleton.COLLECTIVE -> members(skeleton, event, targets);
      default -> {}
    }
    return targets;
  }

  private void partner(Skeleton own, int event, byte kind, boolean ofSize, List<Waiting> targets) {
    Skeleton other = run.skeleton(own.with[event]);
    for (int e = 0; e < other.size; e++) {
      if (other.kind[e] == kind
          && other.with[e] == own.rank
          && other.tag(e) == own.tag(event)
          && (!ofSize || other.bytes[e] == own.bytes[event])
          && !run.issued(other.rank, e)) {
        targets.add(new Waiting(other, e));
        return;
      }
    }
  }

  private void members(Skeleton own, int event, List<Waiting> targets) {
    long key = run.meetings().key(own, event);
    for (int member : run.meetings().ranks(own, event)) {
      Skeleton other = run.skeleton(member);
      int holder = run.holder(member);
      boolean there = holder != NONE && meets(other, holder, key);
      for (int e = 0; e < other.size && !there && member != own.rank; e++) {
        if (!run.issued(member, e) && meets(other, e, key)) {
          targets.add(new Waiting(other, e));
          there = true;
        }
      }
    }
  }

  private boolean meets(Skeleton skeleton, int event, long key) {
    return skeleton.kind[event] == Skeleton.COLLECTIVE
        && run.meetings().key(skeleton, event) == key;
  }

  /** Numbers of the events under way on its rank that an event which is not issued waits for. */
  private int[] blockers(Waiting target) {
    Skeleton skeleton = target.skeleton();
    int rank = skeleton.rank;
    Parentage parents = parentage[rank];
    if (parents == null) {
      parents = new Parentage(skeleton);
      parentage[rank] = parents;
    }
    BitSet found = new BitSet();
    BitSet seen = new BitSet();
    int[] stack = new int[skeleton.size];
    int count = 0;
    stack[count++] = target.event();
    seen.set(target.event());
    while (count > 0) {
      int event = stack[--count];
      if (run.issued(rank, event)) {
        add(rank, event, found);
        continue;
      }
      if (skeleton.communicates(event) && run.holder(rank) != NONE) {
        add(rank, run.holder(rank), found);
      }
      for (int p = parents.first(event); p < parents.first(event + 1); p++) {
        int parent = parents.get(p);
        if (!run.done(rank, parent) && !seen.get(parent)) {
          seen.set(parent);
          stack[count++] = parent;
        }
      }
    }
    return found.stream().toArray();
  }

  private void add(int rank, int event, BitSet found) {
    int known = number.get(key(rank, event));
    if (known != LongIntMap.ABSENT) {
      found.set(known);
    }
  }
}
