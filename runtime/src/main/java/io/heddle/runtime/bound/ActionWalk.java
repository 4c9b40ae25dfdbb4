package io.heddle.runtime.bound;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import io.heddle.runtime.trace.NodeSink;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Walks through the nodes of one rank action by action, and finds the longest paths through each by
 * itself. Of what came before, a node sees the ends of both lanes and what has arrived from another
 * stage; what else it waits for is left out, which makes no path longer.
 */
final class ActionWalk implements NodeSink {
  private final PipelineFlattener flattener;
  private final LeastTimes times;
  private final int rank;
  private final int stage;

  /** Paths to the end of each node, by its number. */
  private long[] ends = new long[Paths.COUNT * 256];

  private long nodes;
  private long firstOfAction;
  private long lastKernelBefore;
  private long lastKernel;
  private final Map<Integer, ArrivalPaths> arrivals = new HashMap<>();
  private final Paths node = new Paths();

  private final BitSet inputs = new BitSet();
  private Aside countedAside = (header, collective) -> false;
  private Paths compute = new Paths();
  private Paths communication = new Paths();
  private Paths sent = new Paths();
  private Paths shared = new Paths();
  private long sharedNanos;
  private boolean isShared;
  private long computing;
  private long communicating;

  /** Which collectives aside of a pass count. */
  @FunctionalInterface
  interface Aside {
    boolean counts(NodeHeader node, Collective collective);
  }

  /** Paths of messages within groups that nobody has received, first come, first served. */
  private static final class ArrivalPaths extends java.util.ArrayDeque<Paths> {
    private static final long serialVersionUID = 1L;
  }

  ActionWalk(PipelineFlattener flattener, LeastTimes times, int rank) {
    this.flattener = flattener;
    this.times = times;
    this.rank = rank;
    this.stage = flattener.stage(rank);
  }

  /**
   * Begins an action.
   *
   * @param aside which nodes aside of the pass lie on its lane in every course of the rank
   */
  void begin(Aside aside) {
    countedAside = aside;
    firstOfAction = nodes + 1;
    lastKernelBefore = lastKernel;
    compute = new Paths();
    compute.begin(Paths.COMPUTE);
    communication = new Paths();
    communication.begin(Paths.COMMUNICATION);
    sent = new Paths();
    shared = new Paths();
    sharedNanos = 0;
    isShared = false;
    computing = 0;
    communicating = 0;
    arrivals.clear();
  }

  /** The paths of the action that has been emitted. */
  ActionPaths end() {
    return new ActionPaths(
        compute, communication, sent, shared, sharedNanos, computing, communicating);
  }

  @Override
  public void compute(NodeHeader header, Kernel kernel) {
    timed(
        header,
        times.kernels().nanos(header.scaled(kernel.operations()), header.scaled(kernel.bytes())));
  }

  @Override
  public void timed(NodeHeader header, long nanos) {
    begin(header, compute);
    end(nanos, compute);
    computing += nanos;
    lastKernel = header.id();
  }

  @Override
  public void collective(NodeHeader header, Collective collective, Group group, long bytes) {
    long nanos = times.collective(stage, group, collective, header.carried(bytes));
    communicating += nanos;
    if (header.isAside() && !countedAside.counts(header, collective)) {
      leaveOut();
      return;
    }
    begin(header, communication);
    launch(header);
    if (spansStages(group)) {
      span(group, nanos);
    } else {
      end(nanos, communication);
    }
  }

  private boolean spansStages(Group group) {
    for (int i = 0; i < group.size(); i++) {
      if (flattener.stage(group.member(i)) != stage) {
        return true;
      }
    }
    return false;
  }

  /** The last to begin, and whoever waits for it, may be of another stage. */
  private void span(Group group, long nanos) {
    boolean first = !isShared && coversStages(group);
    if (first) {
      isShared = true;
      shared.set(node);
      sharedNanos = nanos;
      node.begin(Paths.ALL_STAGES);
    }
    end(0, communication);
  }

  private boolean coversStages(Group group) {
    boolean[] covered = new boolean[flattener.stages()];
    int count = 0;
    for (int i = 0; i < group.size(); i++) {
      int of = flattener.stage(group.member(i));
      count += covered[of] ? 0 : 1;
      covered[of] = true;
    }
    return count == covered.length;
  }

  @Override
  public void send(NodeHeader header, int peer, int tag, long bytes) {
    Group group = header.group();
    begin(header, communication);
    launch(header);
    long nanos =
        group == null
            ? times.message(rank, peer, header.carried(bytes))
            : times.message(group, rank, peer, header.carried(bytes));
    communicating += nanos;
    end(nanos, communication);
    if (group == null) {
      sent.set(node);
    } else {
      arrivals.computeIfAbsent(tag, unused -> new ArrivalPaths()).add(node.copy());
    }
  }

  @Override
  public void receive(NodeHeader header, int peer, int tag, long bytes) {
    if (header.group() == null) {
      node.clear();
      node.begin(Paths.INPUT);
      inputs.set((int) nodes + 1);
      store();
      return;
    }
    node.clear();
    dependencies(header.dataDependencies());
    ArrivalPaths sentBefore = arrivals.get(tag);
    Paths arrived = sentBefore == null ? null : sentBefore.poll();
    if (arrived != null) {
      node.waitFor(arrived);
    }
    store();
  }

  /** What a node begins behind: its lane, and what it waits for. */
  private void begin(NodeHeader header, Paths lane) {
    node.set(lane);
    dependencies(header.dataDependencies());
    dependencies(header.controlDependencies());
  }

  /** Communication that uses nothing is launched behind the kernel before it. */
  private void launch(NodeHeader header) {
    if (header.dataDependencies().size() == 0
        && header.controlDependencies().contains(lastKernelBefore)) {
      node.begin(Paths.COMPUTE);
    }
  }

  private void dependencies(NodeIds ids) {
    for (int i = 0; i < ids.size(); i++) {
      long id = ids.get(i);
      if (id >= firstOfAction) {
        node.waitFor(ends, (int) (id - 1) * Paths.COUNT);
      } else if (inputs.get((int) id)) {
        node.begin(Paths.INPUT);
      }
    }
  }

  private void end(long nanos, Paths lane) {
    node.last(nanos);
    lane.set(node);
    store();
  }

  private void leaveOut() {
    node.clear();
    store();
  }

  private void store() {
    int at = (int) nodes * Paths.COUNT;
    if (at == ends.length) {
      ends = Arrays.copyOf(ends, 2 * at);
    }
    node.store(ends, at);
    nodes++;
  }
}
