package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.simulate.config.CollectiveOptimization;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.simulate.network.RouteDelay;
import io.heddle.runtime.trace.Collective;
import java.util.IdentityHashMap;

/**
 * How long a collective takes whose members begin together, in a network without congestion: the
 * closed form of its algorithm, until the last member is done. A step of a ring is a message to the
 * next member, the endpoint's delay and, in the reducing half, the reduction; a member that is late
 * holds up those behind it, so that of unequal hops the costliest in a row count.
 */
public final class CollectiveFormula {
  private final SystemConfig system;
  private final NetworkConfig network;
  private final PlanMaker planMaker;
  private final RouteDelay delay;
  private final IdentityHashMap<Group, Communicator> communicators = new IdentityHashMap<>();
  private long[] hops = {};

  /**
   * Formulas for a machine.
   *
   * @param injectionScale multiplies the endpoint delay of the system file
   */
  public CollectiveFormula(SystemConfig system, NetworkConfig network, double injectionScale) {
    this.system = system;
    this.network = network;
    this.planMaker = new PlanMaker(system, network, injectionScale);
    this.delay = new RouteDelay(network);
  }

  /**
   * The time in ns.
   *
   * @param bytes as the node of the trace says
   * @throws SimulationFault if the machine cannot run it, or no formula is known
   * @throws ArithmeticException if 63 bits do not hold it
   */
  public long nanos(Group group, Collective collective, long bytes) {
    Communicator communicator =
        communicators.computeIfAbsent(
            group, g -> new Communicator(g.id(), LogicalRing.of(g.ring())));
    Plan plan = communicator.plan(collective, (1 << network.dimensions().size()) - 1, planMaker);
    Chunks chunks = Chunks.of(collective, bytes, system.splits(), network.ranks());
    if (chunks.count() > 1) {
      throw new SimulationFault("a collective in several chunks has no closed form");
    }
    if (collective == Collective.ALL_REDUCE
        && system.optimization() == CollectiveOptimization.LOCAL_BANDWIDTH_AWARE) {
      return thereAndBack(plan, group, chunks.bytes());
    }
    long data = chunks.bytes();
    long sum = 0;
    for (int i = 0; i < plan.live(); i++) {
      boolean outermostFirst = collective == Collective.ALL_GATHER;
      int dimension = plan.live(outermostFirst ? plan.live() - 1 - i : i);
      sum = Math.addExact(sum, phase(plan, group, dimension, collective, data));
      data = Operation.result(collective, data, plan.ring(dimension).size());
    }
    return sum;
  }

  /** Reduce-scatters inwards out, an all-reduce in the last dimension, all-gathers back. */
  private long thereAndBack(Plan plan, Group group, long bytes) {
    int last = plan.live() - 1;
    long data = bytes;
    long sum = 0;
    for (int i = 0; i < last; i++) {
      int dimension = plan.live(i);
      sum = Math.addExact(sum, phase(plan, group, dimension, Collective.REDUCE_SCATTER, data));
      data = Operation.result(Collective.REDUCE_SCATTER, data, plan.ring(dimension).size());
    }
    sum = Math.addExact(sum, phase(plan, group, plan.live(last), Collective.ALL_REDUCE, data));
    for (int i = last - 1; i >= 0; i--) {
      int dimension = plan.live(i);
      sum = Math.addExact(sum, phase(plan, group, dimension, Collective.ALL_GATHER, data));
      data = Operation.result(Collective.ALL_GATHER, data, plan.ring(dimension).size());
    }
    return sum;
  }

  private long phase(Plan plan, Group group, int dimension, Collective operation, long data) {
    LogicalRing ring = plan.ring(dimension);
    Phases.checkMessage(operation, data, dimension, ring.size());
    long message = Operation.message(operation, data, ring.size());
    return switch (plan.implementation(dimension).algorithm()) {
      case RING -> ring(plan, group, ring, operation, message);
      case DIRECT -> direct(plan, group, ring, operation, message);
      case HALVING_DOUBLING, DOUBLE_BINARY_TREE ->
          throw new SimulationFault(
              plan.implementation(dimension).astraSimName() + " has no closed form here");
    };
  }

  private long ring(Plan plan, Group group, LogicalRing ring, Collective operation, long message) {
    int n = ring.size();
    int steps = Ring.messages(operation, n);
    long delays = Math.multiplyExact(steps + 1L, plan.endpointDelay());
    long reductions = operation.reduces() ? Math.multiplyExact(n - 1L, reduceNanos(message)) : 0;
    if (hops.length < n) {
      hops = new long[n];
    }
    int first = ring.rank(group.member(0), ring.position(group.member(0)), 0);
    for (int i = 0; i < n; i++) {
      int from = ring.rank(first, 0, i);
      hops[i] = delay.nanos(from, ring.rank(first, 0, i + 1 == n ? 0 : i + 1), message);
    }
    return Math.addExact(Math.addExact(delays, reductions), costliestInARow(n, steps));
  }

  /** The largest sum of so many hops one after the other round the ring. */
  private long costliestInARow(int n, int count) {
    long round = 0;
    for (int i = 0; i < n; i++) {
      round = Math.addExact(round, hops[i]);
    }
    long rest = 0;
    for (int i = 0; i < count % n; i++) {
      rest = Math.addExact(rest, hops[i]);
    }
    long most = rest;
    for (int i = 0; i < n; i++) {
      rest += hops[(i + count % n) % n] - hops[i];
      most = Math.max(most, rest);
    }
    return Math.addExact(Math.multiplyExact((long) (count / n), round), most);
  }

  /** All messages leave together; the last that comes has its part at the endpoint, too. */
  private long direct(
      Plan plan, Group group, LogicalRing ring, Collective operation, long message) {
    if (operation == Collective.ALL_REDUCE) {
      throw new SimulationFault("a direct all-reduce has no closed form here");
    }
    int own = ring.position(group.member(0));
    int first = ring.rank(group.member(0), own, 0);
    long longest = 0;
    for (int i = 1; i < ring.size(); i++) {
      longest = Math.max(longest, delay.nanos(first, ring.rank(first, 0, i), message));
    }
    long reduction = operation == Collective.REDUCE_SCATTER ? reduceNanos(message) : 0;
    return Math.addExact(
        Math.addExact(longest, reduction), Math.multiplyExact(2, plan.endpointDelay()));
  }

  private long reduceNanos(long bytes) {
    return Endpoint.reduceNanos(bytes, system.localMemoryBandwidth() * 1e9);
  }
}
