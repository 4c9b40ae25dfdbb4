package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.TransferTimes;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeSink;
import org.jspecify.annotations.Nullable;

/**
 * Makes the nodes of one rank, each as soon as it is asked for, but where passes side by side hold
 * it: gives it its number and its place on the lanes, says what it carries, and hands it to the
 * sink. What a node uses is named before. Nothing is allocated for a node.
 */
final class NodeWriter {
  private static final Kernel APART = Kernel.of("apart", 1, 1);

  private final int rank;
  private final EmittedNode node = new EmittedNode();
  private final NodeOrder order;
  private final Bundles bundles = new Bundles();
  private final NodeIdList awaited = new NodeIdList();
  private final NodeIdList communicationOfUnit = new NodeIdList();
  private boolean emitsShared = Emission.WHOLE.shared();
  private boolean layersApart = Emission.WHOLE.layersApart();
  private Aside aside = Aside.NONE;
  private @Nullable TransferSizes transfers;
  private @Nullable NodeSink sink;
  private @Nullable SideBySide holder;
  private long arrived = NodeIdList.NONE;
  private boolean isLastPiece = true;

  NodeWriter(int rank, int stage, @Nullable Group[] groups) {
    this.rank = rank;
    this.order = new NodeOrder(node, groups);
    node.stage = stage;
  }

  /** The rank whose nodes it makes. */
  int rank() {
    return rank;
  }

  /** The node that is made next, or was made last. */
  EmittedNode node() {
    return node;
  }

  Bundles bundles() {
    return bundles;
  }

  /** Whether communication is emitted of what data-parallel ranks share. */
  boolean emitsShared() {
    return emitsShared;
  }

  /** Whether layers are apart: all of one comes before the next. */
  boolean layersApart() {
    return layersApart;
  }

  Aside aside() {
    return aside;
  }

  /** Says what communication carries in place of its bytes. */
  void carry(TransferSizes sizes) {
    this.transfers = sizes;
  }

  /** Says what the rank does beside its passes. */
  void share(Aside work) {
    this.aside = work;
  }

  /** Chooses what is emitted, before the first action. */
  void as(Emission what) {
    emitsShared = what.shared();
    layersApart = what.layersApart();
    order.as(what);
  }

  /** Begins an action. */
  void begin(int action, NodeSink to) {
    order.begin(action);
    bundles.clear();
    sink = to;
  }

  /** Says what the action uses of earlier ones; may be {@link NodeIdList#NONE}. */
  void arrived(long input) {
    arrived = input;
  }

  /** The piece of a node of which the nodes to come are; -1 for a whole one. */
  void piece(int piece, boolean last) {
    node.piece = piece;
    isLastPiece = last;
  }

  /** Whether others may take their places behind the node. */
  boolean leavesGap() {
    return !node.aside && isLastPiece;
  }

  /** Others take their places behind an operation whose nodes were asked for last, if any. */
  void leaveGap(String operation) {
    if (holder != null) {
      holder.leaveGap();
    } else {
      aside.gap(operation);
    }
  }

  /** Nodes to come are held, and have names in place of numbers; made again if there is nobody. */
  void hold(@Nullable SideBySide passes) {
    holder = passes;
  }

  /** The next node uses the result of {@code producer}; {@link NodeIdList#NONE} adds nothing. */
  void needs(long producer) {
    bundles.addTo(node.dataDependencies, producer);
  }

  /** The next node uses the results of all these. */
  void needs(NodeIdList producers) {
    node.dataDependencies.addAll(producers);
  }

  /** The kernel that comes next, whatever comes before it, waits for this node too. */
  void nextKernelNeeds(long producer) {
    if (producer != NodeIdList.NONE) {
      awaited.add(producer);
    }
  }

  /** What would wait for the node waits for what it needs: returns what stands for that. */
  long leaveOut() {
    NodeIdList needed = node.dataDependencies;
    long made = needed.size() == 1 ? needed.get(0) : NodeIdList.NONE;
    if (needed.size() > 1) {
      made = bundles.of(needed);
    }
    needed.clear();
    return made;
  }

  /** The next communication aside waits for this kernel, not for the last in the program. */
  void launchBehind(long kernel) {
    order.launchBehind(kernel);
  }

  /** The kernel that was made last. */
  long lastCompute() {
    return order.lastCompute();
  }

  /**
   * Where layers are apart, what comes next waits for all of the layer, embedding or head before.
   *
   * @param input what it waits for besides; may be {@link NodeIdList#NONE}
   */
  void separate(long input) {
    if (layersApart) {
      needs(communicationOfUnit);
      communicationOfUnit.clear();
      needs(input);
      order.beginLayer(compute(APART));
    }
  }

  /** The node belongs to a layer, the embedding or the head; returns it. */
  long ofUnit(long id) {
    if (layersApart && !node.aside) {
      communicationOfUnit.add(id);
    }
    return id;
  }

  /** A kernel. */
  long compute(Kernel kernel) {
    if (holder != null) {
      return holder.compute(kernel);
    }
    long id = begin(kernel.name());
    node.scale = kernel.scale();
    sink().compute(node, kernel);
    return finish(id);
  }

  /** A kernel that lasts so many ns. */
  long timed(String operation, long nanos) {
    if (holder != null) {
      return holder.timed(operation, nanos);
    }
    long id = begin(operation);
    sink().timed(node, nanos);
    return finish(id);
  }

  private long begin(String operation) {
    if (awaited.size() > 0) {
      node.dataDependencies.addAll(awaited);
      awaited.clear();
    }
    return order.compute(operation);
  }

  /** A collective. */
  long collective(String operation, Collective collective, Group group, long bytes) {
    if (holder != null) {
      return holder.collective(operation, collective, group, bytes);
    }
    long id = order.communication(operation, group);
    node.carried = transfers == null ? 0 : transfers.collective(group, collective, bytes);
    sink().collective(node, collective, group, bytes);
    return ofUnit(finish(id));
  }

  /** How long figures of the network say that a collective takes, ns; 0 where there are none. */
  double measured(Group group, Collective collective, long bytes) {
    return transfers == null ? 0 : transfers.nanos(group, collective, bytes);
  }

  /**
   * How long figures of the network say that a kernel takes which sends each token once to each
   * node and rank, ns; negative where they say nothing.
   */
  double measured(Group group, boolean toExperts, long betweenNodes, long insideNodes) {
    return transfers == null
        ? TransferTimes.UNKNOWN
        : transfers.nanos(group, toExperts, betweenNodes, insideNodes);
  }

  /** A message. */
  long send(String operation, int peer, int tag, long bytes) {
    if (holder != null) {
      return holder.send(operation, peer, tag, bytes);
    }
    long id = order.communication(operation, node.group);
    carry(peer, bytes);
    sink().send(node, peer, tag, bytes);
    return finish(id);
  }

  /** A message to a rank beyond those of the plan, with what it carries. */
  long sendOut(String operation, int peer, int tag, long bytes, long carried) {
    long id = order.communication(operation, null);
    node.carried = carried;
    sink().send(node, peer, tag, bytes);
    return finish(id);
  }

  /** Posts the receive of a message from such a rank, as {@link #receive} does. */
  long receiveFromOutside(
      String operation, int peer, int tag, long bytes, long carried, long after) {
    long id = order.receive(operation, after == NodeIdList.NONE ? postedBehind() : after);
    node.carried = carried;
    sink().receive(node, peer, tag, bytes);
    return finish(id);
  }

  /**
   * Posts a receive.
   *
   * @param after what it waits for beside the last kernel; may be {@link NodeIdList#NONE}
   */
  long receive(String operation, int peer, int tag, long bytes, long after) {
    if (holder != null) {
      return holder.receive(operation, peer, tag, bytes, after);
    }
    long id = order.receive(operation, after);
    carry(peer, bytes);
    sink().receive(node, peer, tag, bytes);
    return finish(id);
  }

  /** What a receive within a group is posted behind. */
  long postedBehind() {
    // Where no kernel precedes it, what came from the stage before does.
    return order.lastCompute() == NodeIdList.NONE && arrived > 0 ? arrived : NodeIdList.NONE;
  }

  private void carry(int peer, long bytes) {
    if (transfers == null) {
      node.carried = 0;
    } else if (node.timed != null) {
      node.carried = transfers.message(peer, node.timed, bytes);
    } else {
      node.carried = transfers.message(peer, node.exchanges ? node.group : null, bytes);
    }
  }

  private long finish(long id) {
    node.dataDependencies.clear();
    node.controlDependencies.clear();
    return id;
  }

  private NodeSink sink() {
    if (sink == null) {
      throw new IllegalStateException("no action has begun");
    }
    return sink;
  }
}
