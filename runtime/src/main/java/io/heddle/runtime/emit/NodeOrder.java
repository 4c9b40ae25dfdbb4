package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Emission;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the nodes of one rank and chains its lanes: gives each node its id and the nodes that go
 * before it, besides those whose results it uses.
 */
final class NodeOrder {
  private final EmittedNode node;
  private final CommunicationLanes lanes;

  /** Whether its one communication lane holds a node behind what comes before. */
  private boolean isHeldByLane = true;

  private long nextId = 1;
  private long lastCompute = NodeIdList.NONE;
  private int nextAction;

  /** The first node of this action, or of this layer where layers are apart. */
  private long newest = 1;

  private boolean communicated;
  private boolean communicatedBefore = true;
  private long launch = NodeIdList.NONE;

  /**
   * @param node of which ids and control dependencies are set here, and data dependencies read
   * @param groups of the rank
   */
  NodeOrder(EmittedNode node, @Nullable Group[] groups) {
    this.node = node;
    this.lanes = new CommunicationLanes(groups);
  }

  /** Chooses what is emitted, before the first action. */
  void as(Emission what) {
    isHeldByLane = !what.laneOfEachGroup() && !what.layersApart();
    if (what.laneOfEachGroup()) {
      lanes.split();
    }
  }

  /** Begins an action. */
  void begin(int action) {
    if (action != nextAction) {
      throw new IllegalStateException(
          "action " + action + " asked for, " + nextAction + " is next");
    }
    communicatedBefore = communicated || nextAction == 0;
    communicated = false;
    newest = nextId;
    nextAction++;
  }

  /** All nodes before {@code first} belong to what is done when it is. */
  void beginLayer(long first) {
    newest = first;
  }

  /** The kernel that was made last. */
  long lastCompute() {
    return lastCompute;
  }

  /**
   * Communication waits for this kernel, not for the last in the program; for that again if it is
   * {@link NodeIdList#NONE}.
   */
  void launchBehind(long kernel) {
    launch = kernel;
  }

  /** A kernel; returns its id. */
  long compute(String operation) {
    lastCompute = next(operation, lastCompute, NodeIdList.NONE);
    return lastCompute;
  }

  /**
   * A send or a collective; returns its id.
   *
   * @param group in which it communicates; null between stages
   */
  long communication(String operation, @Nullable Group group) {
    boolean launchedAfterCompute = isAheadOfWhatIsBefore();
    communicated = true;
    long launched = launch == NodeIdList.NONE ? lastCompute : launch;
    long before = lanes.add(nextId, group);
    return next(operation, before, launchedAfterCompute ? launched : NodeIdList.NONE);
  }

  /** A receive, which is posted behind the last kernel and another receive; returns its id. */
  long receive(String operation, long after) {
    return next(operation, lastCompute, after);
  }

  /**
   * Whether nothing holds the node behind what comes before in the program: it uses nothing of this
   * action, or of this layer where layers are apart, and its lane does not hold it either. The one
   * lane does if the action before used it.
   */
  private boolean isAheadOfWhatIsBefore() {
    NodeIdList used = node.dataDependencies;
    if (used.size() > 0 && (communicated || communicatedBefore) && isHeldByLane) {
      return false;
    }
    for (int i = 0; i < used.size(); i++) {
      if (used.get(i) >= newest) {
        return false;
      }
    }
    return true;
  }

  private long next(String operation, long before, long alsoBefore) {
    node.id = nextId++;
    node.operation = operation;
    control(before);
    control(alsoBefore);
    return node.id;
  }

  private void control(long id) {
    if (id != NodeIdList.NONE && !node.dataDependencies.contains(id)) {
      node.controlDependencies.add(id);
    }
  }
}
