package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.LongIntMap;
import io.heddle.runtime.simulate.network.Mailbox;
import io.heddle.runtime.simulate.workload.FreeNodes;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Runs a set in AstraSim's order, but without its times: a send ends a tick after it was issued, or
 * where there is rendezvous after its receive was, a collective when all who run it have issued it.
 * Where each communication lane is ordered by what its nodes wait for, times cannot change which
 * event comes after which: what ends here ends always, and what does not never does.
 */
final class UntimedRun {
  private static final int NONE = -1;

  private final Skeleton[] skeletons;
  private final Meetings meetings;
  private final boolean rendezvous;
  private final EventQueue events = new EventQueue();
  private final Mailbox mailbox = new Mailbox();
  // Receives that are posted, for sends that wait for them. AstraSim looks at their tags alone.
  private final Mailbox posted = new Mailbox();

  // By rank.
  private final int[][] waits;
  private final BitSet[] issued;
  private final BitSet[] done;
  private final FreeNodes[] free;
  private final int[] holder;
  private final int[] chunks;
  private final int[] chunkOfHolder;
  private final int[] nextJoined;
  private boolean countsChunks;

  // By meeting.
  private final LongIntMap meetingOf = new LongIntMap();
  private int[] size = new int[16];
  private int[] joined = new int[16];
  private int[] lastJoined = new int[16];

  private int[] freed = new int[16];

  UntimedRun(Skeleton[] skeletons, TraceSetting setting) {
    this.skeletons = skeletons;
    this.meetings = new Meetings(setting);
    this.rendezvous = setting.rendezvous();
    int ranks = skeletons.length;
    this.waits = new int[ranks][];
    this.issued = new BitSet[ranks];
    this.done = new BitSet[ranks];
    this.free = new FreeNodes[ranks];
    this.holder = new int[ranks];
    this.chunks = new int[ranks];
    this.chunkOfHolder = new int[ranks];
    this.nextJoined = new int[ranks];
    Arrays.fill(holder, NONE);
    for (int rank = 0; rank < ranks; rank++) {
      Skeleton skeleton = skeletons[rank];
      waits[rank] = skeleton.waits.clone();
      issued[rank] = new BitSet(skeleton.size);
      done[rank] = new BitSet(skeleton.size);
      free[rank] = new FreeNodes(event -> skeleton.id[event]);
      for (int event = 0; event < skeleton.size && !countsChunks; event++) {
        countsChunks = skeleton.kind[event] == Skeleton.COLLECTIVE && skeleton.with[event] == 0;
      }
    }
  }

  /** Runs as far as it goes; whether that is the end of every rank. */
  boolean run() {
    for (int rank = 0; rank < skeletons.length; rank++) {
      for (int event = 0; event < skeletons[rank].size; event++) {
        if (skeletons[rank].waits[event] == 0) {
          enter(rank, event);
        }
      }
    }
    for (int rank = 0; rank < skeletons.length; rank++) {
      pass(rank);
    }
    for (long action = events.poll(); action != Actions.NONE; action = events.poll()) {
      int rank = Actions.rank(action);
      complete(rank, Actions.index(action));
      pass(rank);
    }
    for (int rank = 0; rank < skeletons.length; rank++) {
      if (!ended(rank)) {
        return false;
      }
    }
    return true;
  }

  /** Whether every message that was sent was received. */
  boolean allReceived() {
    return mailbox.isEmpty();
  }

  boolean ended(int rank) {
    return done[rank].cardinality() == skeletons[rank].size;
  }

  boolean done(int rank, int event) {
    return done[rank].get(event);
  }

  /** Whether the event was issued, done or not. */
  boolean issued(int rank, int event) {
    return issued[rank].get(event);
  }

  /** The event that holds the communication lane; negative if none does. */
  int holder(int rank) {
    return holder[rank];
  }

  Skeleton skeleton(int rank) {
    return skeletons[rank];
  }

  int ranks() {
    return skeletons.length;
  }

  Meetings meetings() {
    return meetings;
  }

  private void complete(int rank, int event) {
    Skeleton skeleton = skeletons[rank];
    if (skeleton.communicates(event)) {
      holder[rank] = NONE;
    }
    int count = 0;
    freed[count++] = event;
    while (count > 0) {
      int at = freed[--count];
      done[rank].set(at);
      for (int c = skeleton.firstChild[at]; c < skeleton.firstChild[at + 1]; c++) {
        int child = skeleton.child[c];
        if (--waits[rank][child] > 0) {
          continue;
        }
        if (skeleton.kind[child] == Skeleton.JOINT) {
          if (count == freed.length) {
            freed = Arrays.copyOf(freed, 2 * count);
          }
          freed[count++] = child;
        } else {
          enter(rank, child);
        }
      }
    }
  }

  /** The event waits for no other. */
  private void enter(int rank, int event) {
    if (skeletons[rank].kind[event] == Skeleton.RECEIVE) {
      post(rank, event);
    } else {
      free[rank].add(event);
    }
  }

  private void pass(int rank) {
    if (holder[rank] != NONE || free[rank].first() == NONE) {
      return;
    }
    int event = free[rank].first();
    free[rank].removeFirst();
    holder[rank] = event;
    issued[rank].set(event);
    switch (skeletons[rank].kind[event]) {
      case Skeleton.SEND -> send(rank, event);
      case Skeleton.COLLECTIVE -> join(rank, event);
      default -> later(rank, event);
    }
  }

  private void later(int rank, int event) {
    events.onRankAfter(rank, 1, action(rank, event));
  }

  private static long action(int rank, int event) {
    return Actions.of(Actions.NODE_DONE, rank, event);
  }

  private void send(int rank, int event) {
    Skeleton skeleton = skeletons[rank];
    int to = skeleton.with[event];
    int tag = skeleton.tag(event);
    if (!rendezvous || posted.receive(tag, rank, to, 0, action(rank, event))) {
      arrive(rank, event);
    }
  }

  private void arrive(int rank, int event) {
    Skeleton skeleton = skeletons[rank];
    later(rank, event);
    long receive =
        mailbox.arrive(skeleton.tag(event), rank, skeleton.with[event], skeleton.bytes[event]);
    if (receive != Actions.NONE) {
      later(Actions.rank(receive), Actions.index(receive));
    }
  }

  private void post(int rank, int event) {
    Skeleton skeleton = skeletons[rank];
    issued[rank].set(event);
    int from = skeleton.with[event];
    int tag = skeleton.tag(event);
    if (mailbox.receive(tag, from, rank, skeleton.bytes[event], action(rank, event))) {
      later(rank, event);
    }
    if (rendezvous) {
      long send = posted.arrive(tag, from, rank, 0);
      if (send != Actions.NONE) {
        arrive(Actions.rank(send), Actions.index(send));
      }
    }
  }

  /** Takes part in a collective, unless what the others have issued is another one. */
  private void join(int rank, int event) {
    Skeleton skeleton = skeletons[rank];
    if (countsChunks) {
      chunkOfHolder[rank] = skeleton.with[event] == 0 ? chunks[rank] : 0;
      chunks[rank] += meetings.chunks(skeleton, event);
    }
    int meeting = meeting(skeleton, event);
    if (joined[meeting] > 0 && !alike(rank, lastJoined[meeting])) {
      return;
    }
    nextJoined[rank] = lastJoined[meeting];
    lastJoined[meeting] = rank;
    if (++joined[meeting] == size[meeting]) {
      int member = rank;
      for (int i = 0; i < size[meeting]; i++) {
        later(member, holder[member]);
        member = nextJoined[member];
      }
      joined[meeting] = 0;
    }
  }

  private boolean alike(int rank, int other) {
    Skeleton one = skeletons[rank];
    Skeleton two = skeletons[other];
    return one.type(holder[rank]) == two.type(holder[other])
        && one.bytes[holder[rank]] == two.bytes[holder[other]]
        && chunkOfHolder[rank] == chunkOfHolder[other];
  }

  private int meeting(Skeleton skeleton, int event) {
    long key = meetings.key(skeleton, event);
    int meeting = meetingOf.get(key);
    if (meeting == LongIntMap.ABSENT) {
      meeting = meetingOf.size();
      meetingOf.put(key, meeting);
      if (meeting == size.length) {
        size = Arrays.copyOf(size, 2 * meeting);
        joined = Arrays.copyOf(joined, 2 * meeting);
        lastJoined = Arrays.copyOf(lastJoined, 2 * meeting);
      }
      size[meeting] = meetings.size(skeleton, event);
    }
    return meeting;
  }
}
