package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.CollectivePlan;
import io.heddle.runtime.cost.LogicalRing;
import io.heddle.runtime.simulate.kernel.Actions;
import org.jspecify.annotations.Nullable;

/**
 * One chunk of a collective on one rank: its phases, its place in a queue, and the state of the
 * algorithm that runs the present phase. Streams are used again.
 */
final class Stream {
  final int handle;
  int rank;
  int node;
  int tag;
  long priority;
  CollectivePlan plan;

  // StreamPhases.
  int phases;
  int phase;
  final Collective[] operation;
  final int[] dimension;
  final int[] queue;
  final boolean[] clockwise;
  final boolean[] mirrored;
  final long[] data;

  // Place in a queue.
  @Nullable StreamQueue in;
  @Nullable Stream before;
  @Nullable Stream behind;
  boolean started;

  // The present phase.
  Algorithm algorithm;
  LogicalRing ring;
  int members;
  int position;
  long message;
  long reduceNanos;

  // The windowed machine.
  int window;
  int free;
  int received;
  int remaining;
  int prepared;
  int sent;
  int plainLeft;
  int reducedLeft;
  int reducedRun;
  boolean toggle;

  // Halving and doubling.
  int packetPeer;

  // Tree.
  int parent;
  int left;
  int right;
  int step;

  Stream(int handle, int mostPhases, CollectivePlan plan, Algorithm algorithm) {
    this.handle = handle;
    this.plan = plan;
    this.ring = plan.ring(0);
    this.algorithm = algorithm;
    operation = new Collective[mostPhases];
    dimension = new int[mostPhases];
    queue = new int[mostPhases];
    clockwise = new boolean[mostPhases];
    mirrored = new boolean[mostPhases];
    data = new long[mostPhases];
  }

  Collective operation() {
    return operation[phase];
  }

  long data() {
    return data[phase];
  }

  /** The member some steps on in the direction of the phase. */
  int ahead(int steps) {
    return member(clockwise[phase] ? steps : -steps);
  }

  /** The member some steps clockwise. */
  int member(int steps) {
    int place = Math.floorMod(position + steps, members);
    return ring.rank(rank, position, place);
  }

  long whenReceived() {
    return Actions.of(Actions.RECEIVED, handle);
  }
}
