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
import org.jspecify.annotations.Nullable;

/**
 * Works out exchanges of all members of a group with all, of which one rank of each colour runs, in
 * a network without congestion. A member's messages follow each other, so that their arrivals are
 * known when it begins; it has received all when the last of the others' has arrived. No message is
 * an event. A member's exchanges follow each other on its lane: its first is the first of all, its
 * second the second.
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

  /** One exchange of a group. */
  private static final class Round {
    private long[] begun = {};
    private @Nullable SentParts[] parts = {};
    private int[] slots = {};
    private int senders;
    private int receivers;

    Round of(int places) {
      if (begun.length < places) {
        begun = new long[places];
        parts = new @Nullable SentParts[places];
        slots = new int[places];
      }
      Arrays.fill(slots, NONE);
      senders = 0;
      receivers = 0;
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
      Round round = round(sends[place]++);
      round.begun[place] = events.now();
      round.parts[place] = parts;
      if (++round.senders == places) {
        for (int i = 0; i < places; i++) {
          if (round.slots[i] != NONE) {
            receiveAll(round, i);
          }
        }
        forget();
      }
    }

    void receive(int place, int slot) {
      Round round = round(receives[place]++);
      round.slots[place] = slot;
      if (round.senders == places) {
        receiveAll(round, place);
        forget();
      }
    }

    private Round round(int number) {
      while (number - first >= rounds.size()) {
        Round unusedRound = unused.poll();
        rounds.add((unusedRound == null ? new Round() : unusedRound).of(places));
      }
      return rounds.get(number - first);
    }

    private void receiveAll(Round round, int place) {
      long last = events.now();
      for (int distance = 1; distance < ring.size(); distance++) {
        int sender = Math.floorMod(place - distance, places);
        SentParts parts = round.parts[sender];
        if (parts != null) {
          last = Math.max(last, round.begun[sender] + parts.arrival(distance));
        }
      }
      int rank = ring.representative(place);
      long done = Actions.of(Actions.NODE_DONE, rank, round.slots[place]);
      events.onRankAfter(rank, last - events.now(), done);
      round.receivers++;
    }

    private void forget() {
      while (!rounds.isEmpty() && rounds.get(0).receivers == places) {
        unused.add(rounds.remove(0));
        first++;
      }
    }
  }
}
