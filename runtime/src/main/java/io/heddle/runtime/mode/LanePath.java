package io.heddle.runtime.mode;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.report.Communication;
import io.heddle.runtime.report.CommunicationKind;
import io.heddle.runtime.simulate.Roofline;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.collective.CollectiveFormula;
import io.heddle.runtime.simulate.network.RouteDelay;
import io.heddle.runtime.trace.Collective;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import java.util.Arrays;

/**
 * The longest path through the nodes of one rank on its two lanes, by closed formulas: a kernel
 * lasts as its roofline says, a collective as the formula of its algorithm, a message as its route.
 * Members of a group are taken to do the same at the same time, so that what a rank receives from
 * within it comes when its own message of that exchange has arrived. What comes from another stage
 * is there.
 */
final class LanePath implements NodeSink {
  private final int rank;
  private final Roofline roofline;
  private final CollectiveFormula collectives;
  private final RouteDelay routes;
  private final Busy compute = new Busy();
  private final Busy communication = new Busy();
  private long firstId;
  private int nodes;
  private long[] done = new long[64];
  private long end;

  // Messages within groups, in order: those before the first that nobody has received are gone.
  private int[] tags = new int[16];
  private long[] arrivals = new long[16];
  private int sent;
  private int received;

  /** What kinds of nodes cost on a machine. */
  record Costs(Roofline roofline, CollectiveFormula collectives, RouteDelay routes) {
    static Costs of(SimulationInput machine, double injectionScale) {
      return new Costs(
          new Roofline(machine.system()),
          new CollectiveFormula(machine.system(), machine.network(), injectionScale),
          new RouteDelay(machine.network()));
    }
  }

  LanePath(int rank, Costs costs) {
    this.rank = rank;
    this.roofline = costs.roofline();
    this.collectives = costs.collectives();
    this.routes = costs.routes();
  }

  /** When the last node is done, ns; messages between stages are no concern of their sender. */
  long end() {
    return end;
  }

  /** When the last kernel is done, ns. */
  long computeEnd() {
    return compute.end();
  }

  /** Sum of all kernels, ns. */
  long computing() {
    return compute.sum();
  }

  /** Sends and collectives so far. */
  int communications() {
    return communication.size();
  }

  /** Adds up sends and collectives: those from one number to before another. */
  void addTo(CommunicationSums sums, int from, int to) {
    communication.addTo(sums, from, to, compute);
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    timed(node, roofline.nanos(node.scaled(kernel.operations()), node.scaled(kernel.bytes())));
  }

  @Override
  public void timed(NodeHeader node, long nanos) {
    long begin = Math.max(ready(node), compute.end());
    done(node, compute.add(begin, nanos, null));
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    long begin = Math.max(ready(node), communication.end());
    long nanos = collectives.nanos(group, collective, bytes);
    Communication what = new Communication(CommunicationKind.of(collective), group.axes());
    done(node, communication.add(begin, nanos, what));
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    long begin = Math.max(ready(node), communication.end());
    Group group = node.group();
    Communication what =
        group == null
            ? Communication.BETWEEN_STAGES
            : new Communication(CommunicationKind.MESSAGE, group.axes());
    long arrival = communication.add(begin, routes.nanos(rank, peer, bytes), what);
    if (group == null) {
      known(node, arrival);
    } else {
      done(node, arrival);
      if (sent == tags.length) {
        tags = Arrays.copyOf(tags, 2 * sent);
        arrivals = Arrays.copyOf(arrivals, 2 * sent);
      }
      tags[sent] = tag;
      arrivals[sent++] = arrival;
    }
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    done(node, node.group() == null ? 0 : Math.max(ready(node), arrival(tag)));
  }

  /** When the first message arrived that has the tag and was not received. */
  private long arrival(int tag) {
    for (int i = received; i < sent; i++) {
      if (tags[i] == tag) {
        long arrival = arrivals[i];
        // Those that are passed over take its place.
        System.arraycopy(tags, received, tags, received + 1, i - received);
        System.arraycopy(arrivals, received, arrivals, received + 1, i - received);
        received++;
        return arrival;
      }
    }
    throw new IllegalStateException("a receive stands before the send of its exchange");
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

  private void done(NodeHeader node, long when) {
    known(node, when);
    end = Math.max(end, when);
  }

  private void known(NodeHeader node, long when) {
    if (nodes == 0) {
      firstId = node.id();
    }
    if (nodes == done.length) {
      done = Arrays.copyOf(done, 2 * nodes);
    }
    done[nodes++] = when;
  }
}
