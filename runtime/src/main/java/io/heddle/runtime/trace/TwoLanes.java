package io.heddle.runtime.trace;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.CollectiveCost;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.cost.RingMessageCost;
import java.util.Arrays;

/**
 * Walks through the nodes of one rank on its two lanes, without the other ranks: each node begins
 * when what it waits for is done and its lane is free, and lasts what it costs. Members of a group
 * are taken to do the same at the same time. What came before the first node is done, and so is
 * what comes from another stage.
 */
public final class TwoLanes implements NodeSink {
  /** Hears what holds a lane, in the order of the nodes. */
  public interface Listener {
    /** A kernel, in ns since the begin of the walk. */
    void computed(NodeHeader node, long begin, long end);

    /** A collective, in ns since the begin of the walk. */
    void collective(
        NodeHeader node, Collective collective, Group group, long bytes, long begin, long end);

    /** A message, in ns since the begin of the walk. */
    void sent(NodeHeader node, long bytes, long begin, long end);
  }

  /** What the walk takes of members of a group for granted. */
  public enum Members {
    /**
     * That all of them do each node together: a collective ends for all when it does for the last,
     * and what a rank receives comes when its own message of that exchange has arrived, or the
     * slowest of those that all of them send to their neighbours.
     */
    TOGETHER,
    /**
     * That nobody has to be waited for: a collective ends when this rank has its part, and what it
     * receives is sent when it is asked for.
     */
    AT_HAND
  }

  private final int rank;
  private final Costs costs;
  private final Members members;
  private final Listener listener;
  private final RingMessageCost rings;
  private final ArrivalTimes arrivals = new ArrivalTimes();
  private long computeEnd;
  private long communicationEnd;
  private long end;
  private long firstId;
  private int nodes;
  private long[] done = new long[64];

  /** The lanes of a rank. */
  public TwoLanes(int rank, Costs costs, Members members, Listener listener) {
    this.rank = rank;
    this.costs = costs;
    this.rings = new RingMessageCost(costs.messages());
    this.members = members;
    this.listener = listener;
  }

  /** When the last node is done, ns; messages between stages are no concern of their sender. */
  public long end() {
    return end;
  }

  /** When the last kernel is done, ns. */
  public long computeEnd() {
    return computeEnd;
  }

  /** When the last send or collective is done, ns. */
  public long communicationEnd() {
    return communicationEnd;
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    long operations = node.scaled(kernel.operations());
    timed(node, costs.kernels().nanos(operations, node.scaled(kernel.bytes())));
  }

  @Override
  public void timed(NodeHeader node, long nanos) {
    long begin = Math.max(ready(node), computeEnd);
    computeEnd = Math.addExact(begin, nanos);
    listener.computed(node, begin, computeEnd);
    done(computeEnd);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    CollectiveCost cost = costs.collectives();
    long nanos =
        members == Members.TOGETHER
            ? cost.nanos(group, collective, node.carried(bytes))
            : cost.nanosOf(rank, group, collective, node.carried(bytes));
    long begin = hold(node, nanos);
    listener.collective(node, collective, group, bytes, begin, communicationEnd);
    done(communicationEnd);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    long begin = hold(node, nanosOfMessage(node, peer, node.carried(bytes)));
    listener.sent(node, bytes, begin, communicationEnd);
    if (node.group() == null) {
      known(communicationEnd);
    } else {
      arrivals.add(tag, communicationEnd);
      done(communicationEnd);
    }
  }

  /** What goes round a ring, or along it, arrives when the slowest of its messages does. */
  private long nanosOfMessage(NodeHeader node, int peer, long bytes) {
    Group group = node.group();
    return members == Members.TOGETHER && group != null && !node.isExchanged()
        ? rings.nanos(group, rank, peer, bytes)
        : costs.messages().nanos(rank, peer, bytes);
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    long ready = ready(node);
    if (node.group() == null) {
      done(0);
    } else if (members == Members.TOGETHER) {
      done(Math.max(ready, arrivals.take(tag)));
    } else {
      done(ready + costs.messages().nanos(peer, rank, node.carried(bytes)));
    }
  }

  /** Takes the communication lane; returns when. */
  private long hold(NodeHeader node, long nanos) {
    long begin = Math.max(ready(node), communicationEnd);
    communicationEnd = Math.addExact(begin, nanos);
    return begin;
  }

  private long ready(NodeHeader node) {
    if (nodes == 0) {
      firstId = node.id();
    }
    return Math.max(latest(node.dataDependencies()), latest(node.controlDependencies()));
  }

  private long latest(NodeIds ids) {
    long latest = 0;
    for (int i = 0; i < ids.size(); i++) {
      long index = ids.get(i) - firstId;
      if (index >= 0) {
        latest = Math.max(latest, done[(int) index]);
      }
    }
    return latest;
  }

  private void done(long when) {
    known(when);
    end = Math.max(end, when);
  }

  private void known(long when) {
    if (nodes == done.length) {
      done = Arrays.copyOf(done, 2 * nodes);
    }
    done[nodes++] = when;
  }

  /** When messages within groups arrived that nobody has received, in order. */
  private static final class ArrivalTimes {
    private int[] tags = new int[16];
    private long[] times = new long[16];
    private int sent;
    private int received;

    void add(int tag, long arrival) {
      if (sent == tags.length) {
        tags = Arrays.copyOf(tags, 2 * sent);
        times = Arrays.copyOf(times, 2 * sent);
      }
      tags[sent] = tag;
      times[sent++] = arrival;
    }

    /** When the first message arrived that has the tag and was not received. */
    long take(int tag) {
      for (int i = received; i < sent; i++) {
        if (tags[i] == tag) {
          long arrival = times[i];
          // Those that are passed over take its place.
          System.arraycopy(tags, received, tags, received + 1, i - received);
          System.arraycopy(times, received, times, received + 1, i - received);
          received++;
          return arrival;
        }
      }
      throw new IllegalStateException("a receive stands before the send of its exchange");
    }
  }
}
