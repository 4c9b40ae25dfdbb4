package io.heddle.runtime.simulate.network;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.UnsignedCast;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.util.Arrays;

/**
 * Directed links that carry one message at a time, whole, hop by hop; others wait in order of
 * arrival. A message goes through the dimensions in which its ranks differ from the lowest to the
 * highest. With one dimension this is AstraSim's network; for more, AstraSim has none.
 */
final class CongestionAwareNetwork implements Network {
  private static final int NONE = -1;
  private static final int MOST_LINKS = 1 << 25;

  private final EventQueue events;
  private final Messages messages;
  private final int[] ranks;
  private final int[] stride;
  private final Topology[] topology;
  private final double[] latency;
  private final double[] bytesPerNano;

  /** The first link of each dimension; the links of a rank follow each other. */
  private final int[] firstLink;

  private final boolean[] busy;
  private final int[] head;
  private final int[] tail;

  /** Of a message that waits: the one behind it. */
  private int[] next = new int[64];

  CongestionAwareNetwork(Machine machine, EventQueue events, Messages messages) {
    this.events = events;
    this.messages = messages;
    int dimensions = machine.network().size();
    ranks = new int[dimensions];
    stride = new int[dimensions];
    topology = new Topology[dimensions];
    latency = new double[dimensions];
    bytesPerNano = new double[dimensions];
    firstLink = new int[dimensions + 1];
    int span = 1;
    long links = 0;
    for (int d = 0; d < dimensions; d++) {
      NetworkDimension dimension = machine.network().get(d);
      ranks[d] = dimension.size();
      stride[d] = span;
      topology[d] = dimension.topology();
      latency[d] = dimension.latencyNanos();
      bytesPerNano[d] = dimension.bandwidth() / 1e9;
      span *= dimension.size();
      firstLink[d] = (int) links;
      links += (long) machine.ranks() * linksOfRank(d);
      if (links > MOST_LINKS) {
        throw new SimulationFault(
            "the network has more than "
                + MOST_LINKS
                + " links, too many for the congestion-aware backend: use congestion-unaware");
      }
    }
    firstLink[dimensions] = (int) links;
    busy = new boolean[(int) links];
    head = new int[(int) links];
    tail = new int[(int) links];
    Arrays.fill(head, NONE);
  }

  private int linksOfRank(int d) {
    return topology[d] == Topology.FULLY_CONNECTED ? ranks[d] : 2;
  }

  @Override
  public void send(int message) {
    int link = nextLink(message);
    if (busy[link]) {
      // The place is known again once the link has let the message in.
      enqueue(link, message);
    } else {
      busy[link] = true;
      start(link, message);
    }
  }

  @Override
  public boolean arrive(int message) {
    if (messages.place[message] == messages.destination[message]) {
      return true;
    }
    send(message);
    return false;
  }

  /** A link has let its message go; the next in line enters. */
  void linkFree(int link) {
    int message = head[link];
    if (message == NONE) {
      busy[link] = false;
      return;
    }
    head[link] = next[message];
    start(link, message);
  }

  private void start(int link, int message) {
    int d = dimensionOf(link);
    double serialization = UnsignedCast.toDouble(messages.size[message]) / bytesPerNano[d];
    messages.place[message] = endOf(d, link);
    events.after(UnsignedCast.of(latency[d] + serialization), Actions.of(Actions.ARRIVED, message));
    events.after(UnsignedCast.of(serialization), Actions.of(Actions.LINK_FREE, link));
  }

  private void enqueue(int link, int message) {
    if (message >= next.length) {
      next = Arrays.copyOf(next, messages.place.length);
    }
    next[message] = NONE;
    if (head[link] == NONE) {
      head[link] = message;
    } else {
      next[tail[link]] = message;
    }
    tail[link] = message;
  }

  /**
   * A message at rank r has place r; one in the switch below its destination's digit has place ~r,
   * r being a rank of that switch.
   */
  private int nextLink(int message) {
    int place = messages.place[message];
    int to = messages.destination[message];
    int at = place < 0 ? ~place : place;
    int d = 0;
    while (at / stride[d] % ranks[d] == to / stride[d] % ranks[d]) {
      d++;
    }
    int digit = at / stride[d] % ranks[d];
    int target = to / stride[d] % ranks[d];
    int own = firstLink[d] + at * linksOfRank(d);
    return switch (topology[d]) {
      case RING -> {
        int clockwise = target >= digit ? target - digit : target - digit + ranks[d];
        yield ranks[d] - clockwise < clockwise ? own + 1 : own;
      }
      case SWITCH -> place < 0 ? firstLink[d] + 2 * (at + (target - digit) * stride[d]) + 1 : own;
      case FULLY_CONNECTED -> own + target;
    };
  }

  private int endOf(int d, int link) {
    int offset = link - firstLink[d];
    int perRank = linksOfRank(d);
    int of = offset / perRank;
    int which = offset % perRank;
    int digit = of / stride[d] % ranks[d];
    return switch (topology[d]) {
      case RING -> {
        int step =
            which == 0
                ? (digit + 1 == ranks[d] ? 1 - ranks[d] : 1)
                : digit == 0 ? ranks[d] - 1 : -1;
        yield of + step * stride[d];
      }
      case SWITCH -> which == 0 ? ~of : of;
      case FULLY_CONNECTED -> of + (which - digit) * stride[d];
    };
  }

  private int dimensionOf(int link) {
    int d = 0;
    while (link >= firstLink[d + 1]) {
      d++;
    }
    return d;
  }
}
