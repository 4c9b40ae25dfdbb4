package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts what passes: nodes by kind, operations, bytes. One sink counts any number of ranks, one
 * after the other; {@link #add} joins the counts of several. Sums are exact.
 */
@Api
public final class CountingSink implements NodeSink {
  private long computeNodes;
  private long collectiveNodes;
  private long sendNodes;
  private long receiveNodes;
  private final ExactSum modelMatmul = new ExactSum();
  private final ExactSum recomputedMatmul = new ExactSum();
  private final ExactSum pointwise = new ExactSum();
  private final ExactSum rescore = new ExactSum();
  private final ExactSum memory = new ExactSum();
  private final ExactSum sent = new ExactSum();
  private final ExactSum sentInGroups = new ExactSum();
  private final IdentityHashMap<Group, GroupCount> byGroup = new IdentityHashMap<>();

  // A rank communicates in one group again and again.
  private @Nullable Group lastGroup;
  private GroupCount lastCount = new GroupCount();

  private static final class Tally {
    long nodes;
    final ExactSum bytes = new ExactSum();

    void add(Tally other, long times) {
      nodes += other.nodes * times;
      bytes.add(other.bytes, times);
    }
  }

  /** The collectives of one group; it may have sent messages alone. */
  private static final class GroupCount {
    final Map<Collective, Tally> byCollective = new EnumMap<>(Collective.class);

    Tally of(Collective collective) {
      Tally tally = byCollective.get(collective);
      if (tally == null) {
        tally = new Tally();
        byCollective.put(collective, tally);
      }
      return tally;
    }

    void add(GroupCount other, long times) {
      other.byCollective.forEach((collective, tally) -> of(collective).add(tally, times));
    }
  }

  /** However long a kernel lasts, its work counts. */
  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    computeNodes++;
    memory.add(kernel.bytes());
    long matmulOperations = kernel.matmulOperations();
    if (matmulOperations == 0) {
      pointwise.add(kernel.operations());
      return;
    }
    (node.direction() == Direction.RECOMPUTE ? recomputedMatmul : modelMatmul)
        .add(matmulOperations);
    rescore.add(kernel.operations() - matmulOperations);
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
    collectiveNodes++;
    Tally tally = count(group).of(collective);
    tally.nodes++;
    tally.bytes.add(bytes);
  }

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {
    sendNodes++;
    sent.add(bytes);
    Group group = node.group();
    if (group != null) {
      count(group);
      sentInGroups.add(bytes);
    }
  }

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {
    receiveNodes++;
  }

  private GroupCount count(Group group) {
    return group == lastGroup ? lastCount : counted(group);
  }

  private GroupCount counted(Group group) {
    lastGroup = group;
    GroupCount known = byGroup.get(group);
    lastCount = known == null ? new GroupCount() : known;
    if (known == null) {
      byGroup.put(group, lastCount);
    }
    return lastCount;
  }

  /** Adds what {@code other} has counted, of the same plan. */
  public void add(CountingSink other) {
    add(other, 1);
  }

  /**
   * Adds what {@code other} has counted, so many times.
   *
   * @param times may be negative where it was added at least as often before
   */
  public void add(CountingSink other, long times) {
    computeNodes += other.computeNodes * times;
    collectiveNodes += other.collectiveNodes * times;
    sendNodes += other.sendNodes * times;
    receiveNodes += other.receiveNodes * times;
    modelMatmul.add(other.modelMatmul, times);
    recomputedMatmul.add(other.recomputedMatmul, times);
    pointwise.add(other.pointwise, times);
    rescore.add(other.rescore, times);
    memory.add(other.memory, times);
    sent.add(other.sent, times);
    sentInGroups.add(other.sentInGroups, times);
    other.byGroup.forEach((group, theirs) -> count(group).add(theirs, times));
  }

  /** All nodes. */
  public long nodes() {
    return computeNodes + collectiveNodes + sendNodes + receiveNodes;
  }

  public long computeNodes() {
    return computeNodes;
  }

  public long collectiveNodes() {
    return collectiveNodes;
  }

  public long sendNodes() {
    return sendNodes;
  }

  public long receiveNodes() {
    return receiveNodes;
  }

  /** Operations of all kernels. */
  public BigInteger operations() {
    return modelMatmulOperations()
        .add(recomputedMatmulOperations())
        .add(pointwiseOperations())
        .add(rescoreOperations());
  }

  /** Operations of the model's matrix products, each counted once: what MFU divides by. */
  public BigInteger modelMatmulOperations() {
    return modelMatmul.value();
  }

  /** Operations of matrix products in forward passes that are run again for the backward. */
  public BigInteger recomputedMatmulOperations() {
    return recomputedMatmul.value();
  }

  /** Operations of kernels without matrix products. */
  public BigInteger pointwiseOperations() {
    return pointwise.value();
  }

  /**
   * What kernels with matrix products compute besides those of the model, such as the scores that
   * flash attention computes again in its backward.
   */
  public BigInteger rescoreOperations() {
    return rescore.value();
  }

  /** Bytes that kernels read and write in device memory. */
  public BigInteger memoryBytes() {
    return memory.value();
  }

  /** Bytes of all messages between ranks, counted at the sender. */
  public BigInteger sentBytes() {
    return sent.value();
  }

  /** Bytes of those messages that go from rank to rank of a group, not from stage to stage. */
  public BigInteger sentInGroupsBytes() {
    return sentInGroups.value();
  }

  /** The groups that ran a collective or sent messages from member to member, by id. */
  public List<Group> usedGroups() {
    List<Group> used = new ArrayList<>(byGroup.keySet());
    used.sort(Comparator.comparingInt(Group::id));
    return used;
  }

  /** Collectives by the axes of their groups, then by kind. */
  public List<Traffic> traffic() {
    Map<String, GroupCount> byAxes = new TreeMap<>();
    Map<String, List<String>> axes = new TreeMap<>();
    byGroup.forEach(
        (group, count) -> {
          String key = String.join(".", group.axes());
          axes.put(key, group.axes());
          byAxes.computeIfAbsent(key, unused -> new GroupCount()).add(count, 1);
        });
    List<Traffic> traffic = new ArrayList<>();
    byAxes.forEach(
        (key, count) ->
            count.byCollective.forEach(
                (collective, tally) -> {
                  if (tally.nodes > 0) {
                    traffic.add(
                        new Traffic(
                            collective,
                            axes.getOrDefault(key, List.of()),
                            tally.nodes,
                            tally.bytes.value()));
                  }
                }));
    return traffic;
  }
}
