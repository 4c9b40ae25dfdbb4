package io.heddle.runtime.pipeline;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.plan.schedule.Chain;
import io.heddle.plan.schedule.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * During which action the receive of a later one is posted. Where a schedule sends in the order in
 * which it receives, that is the one before. Elsewhere a message may be there long before it is
 * used, and would hold its sender's lane: then its receive is posted in the last action that begins
 * before it is sent, by the clock. So each action waits only for what began before it, and no trace
 * can stop.
 */
final class ReceiveOrder {
  private static final ReceiveOrder AS_USED = new ReceiveOrder(null, null);

  /** In place of an action: before the first. */
  static final int AT_ONCE = -1;

  /** Where the receives of {@link #AT_ONCE} and of each action begin in {@link #posted}. */
  private final int @Nullable [] begins;

  private final int @Nullable [] posted;

  private ReceiveOrder(int @Nullable [] begins, int @Nullable [] posted) {
    this.begins = begins;
    this.posted = posted;
  }

  /** During the action before the one that uses what is received. */
  static ReceiveOrder asUsed() {
    return AS_USED;
  }

  /** Before each message of a stage is sent. */
  static ReceiveOrder ahead(Clock clock, int stage) {
    List<Action> actions = clock.actions(stage);
    int[] postedBy = new int[actions.size()];
    int[] begins = new int[actions.size() + 2];
    for (int i = 0; i < postedBy.length; i++) {
      long sent = sent(clock, stage, actions.get(i));
      postedBy[i] = sent < 0 ? NOTHING : lastBefore(clock, stage, sent);
      if (postedBy[i] != NOTHING) {
        begins[postedBy[i] + 2]++;
      }
    }
    for (int i = 1; i < begins.length; i++) {
      begins[i] += begins[i - 1];
    }
    int[] next = begins.clone();
    int[] posted = new int[begins[begins.length - 1]];
    for (int i = 0; i < postedBy.length; i++) {
      if (postedBy[i] != NOTHING) {
        posted[next[postedBy[i] + 1]++] = i;
      }
    }
    return new ReceiveOrder(begins, posted);
  }

  private static final int NOTHING = -2;

  /** When what an action needs is sent by another stage; -1 if it needs nothing of another. */
  private static long sent(Clock clock, int stage, Action action) {
    Chain chain = clock.chain();
    boolean forward = action.kind() == Kind.FORWARD;
    int place = chain.place(stage, action.chunk());
    if (action.kind() == Kind.BACKWARD_WEIGHT
        || (forward ? chain.begins(place) : chain.ends(place))) {
      return -1;
    }
    int from = forward ? place - 1 : place + 1;
    int sender = chain.stageAt(from);
    return sender == stage
        ? -1
        : clock.end(sender, new Action(action.kind(), action.microBatch(), chain.chunkAt(from)));
  }

  /** The last action that begins before a time; {@link #AT_ONCE} if none does. */
  private static int lastBefore(Clock clock, int stage, long time) {
    int low = AT_ONCE;
    int high = clock.actions(stage).size();
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (clock.begin(stage, middle) < time) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * How many receives an action posts before its own nodes, at most.
   *
   * @param action or {@link #AT_ONCE}
   */
  int count(int action) {
    return begins == null ? 1 : begins[action + 2] - begins[action + 1];
  }

  /** The action that uses what is received, which may lie behind the last. */
  int posted(int action, int number) {
    return begins == null || posted == null ? action + 1 : posted[begins[action + 1] + number];
  }
}
