package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.fold.Orbit;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Works out exchanges of all members of a group with all, of which one rank of each colour runs, in
 * a network without congestion. A member's messages follow each other, so that their arrivals are
 * known when it begins, or when the first and when the second does; it has received all when the
 * last of the others' has arrived. No message is an event. A member's exchanges follow each other
 * on its lane: its first is the first of all, its second the second.
 */
public final class PairwiseExchanges {
  private static final int NONE = -1;

  private final Fold fold;
  private final EventQueue events;
  private final Map<Integer, Exchanges> byOrbit = new HashMap<>();
  private final Deque<Round> unused = new ArrayDeque<>();
  private long sent;
  private long sentBytes;

  /** Of a fold. */
  public PairwiseExchanges(Fold fold, EventQueue events) {
    this.fold = fold;
    this.events = events;
  }

  /** Messages that it stood for. */
  public long sent() {
    return sent;
  }

  /** Bytes of these messages. */
  public long sentBytes() {
    return sentBytes;
  }

  /**
   * A member begins to send.
   *
   * @param slot of the node that is done when the last message has arrived
   * @param parts what it sends
   */
  public void send(int rank, int slot, int group, SentParts parts) {
    long alike = fold.count(fold.colour(rank));
    sent += alike * parts.messages();
    sentBytes += alike * parts.bytes();
    events.onRankAfter(rank, parts.nanos(), Actions.of(Actions.NODE_DONE, rank, slot));
    Exchanges of = of(group);
    of.send(of.ring.position(rank), parts);
  }

  /**
   * A member waits for what the others send to it.
   *
   * @param slot of the node that is done when the last message has arrived
   */
  public void receive(int rank, int slot, int group) {
    Exchanges of = of(group);
    of.receive(of.ring.position(rank), slot);
  }

  private Exchanges of(int group) {
    Orbit orbit = fold.orbit(group);
    Exchanges of = byOrbit.get(orbit.id());
    if (of == null) {
      of = new Exchanges(orbit.ring());
      byOrbit.put(orbit.id(), of);
    }
    return of;
  }

  /** One exchange of a group: of each place, when all that is under way to it will be there. */
  private static final class Round {
    private long[] last = {};
    private int[] missing = {};
    private int[] slots = {};
    private int received;

    /**
     * @param places of the group
     * @param messages that each of them receives
     */
    Round of(int places, int messages) {
      if (last.length < places) {
        last = new long[places];
        missing = new int[places];
        slots = new int[places];
      }
      Arrays.fill(last, 0);
      Arrays.fill(missing, messages);
      Arrays.fill(slots, NONE);
      received = 0;
      return this;
    }
  }

  /** The exchanges of groups that are alike, one after the other. */
  private final class Exchanges {
    private final LogicalRing ring;
    private final int places;
    private final int[] sends;
    private final int[] receives;
    private final List<Round> rounds = new ArrayList<>();
    private int first;

    Exchanges(LogicalRing ring) {
      this.ring = ring;
      this.places = ring.period();
      this.sends = new int[places];
      this.receives = new int[places];
    }

    void send(int place, SentParts parts) {
      Round round = round(sends[place]);
      if (!parts.hasMore()) {
        sends[place]++;
      }
      for (int distance = 1; distance < ring.size(); distance++) {
        if (parts.sends(distance)) {
          int to = (place + distance) % places;
          round.last[to] = Math.max(round.last[to], events.now() + parts.arrival(distance));
          round.missing[to]--;
          finish(round, to);
        }
      }
      forget();
    }

    void receive(int place, int slot) {
      Round round = round(receives[place]++);
      round.slots[place] = slot;
      finish(round, place);
      forget();
    }

    private Round round(int number) {
      while (number - first >= rounds.size()) {
        Round unusedRound = unused.poll();
        rounds.add((unusedRound == null ? new Round() : unusedRound).of(places, ring.size() - 1));
      }
      return rounds.get(number - first);
    }

    /** The place has received all if it waits for that and all that it receives is under way. */
    private void finish(Round round, int place) {
      if (round.slots[place] == NONE || round.missing[place] > 0) {
        return;
      }
      int rank = ring.representative(place);
      long done = Actions.of(Actions.NODE_DONE, rank, round.slots[place]);
      events.onRankAfter(rank, Math.max(0, round.last[place] - events.now()), done);
      round.received++;
    }

    private void forget() {
      while (!rounds.isEmpty() && rounds.get(0).received == places) {
        unused.add(rounds.remove(0));
        first++;
      }
    }
  }
}
