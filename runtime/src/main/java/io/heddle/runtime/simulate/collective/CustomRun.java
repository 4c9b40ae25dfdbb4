package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.nio.file.Path;
import java.util.BitSet;

/** One rank's part of a custom collective: which nodes of its algorithm are free, and under way. */
final class CustomRun {
  private final AlgorithmTrace trace;
  private final Communicator group;
  private final Stream stream;
  private final int[] waits;
  private final UnorderedNodes free;
  private final BitSet underWay = new BitSet();

  CustomRun(AlgorithmTrace trace, Communicator group, Stream stream) {
    this.trace = trace;
    this.group = group;
    this.stream = stream;
    this.waits = trace.waits();
    this.free = new UnorderedNodes(trace.size(), node -> trace.step(node).id);
    for (int node : trace.free()) {
      free.add(node);
    }
  }

  AlgorithmTrace trace() {
    return trace;
  }

  Stream stream() {
    return stream;
  }

  /** The nodes that are free now, in AstraSim's order. */
  int[] free() {
    return free.toArray();
  }

  void issue(int node) {
    free.remove(node);
    underWay.set(node);
  }

  void finish(int node) {
    underWay.clear(node);
    for (int child : trace.children(node)) {
      if (--waits[child] == 0) {
        free.add(child);
      }
    }
  }

  /** Whether nothing is free and nothing under way. */
  boolean hasEnded() {
    return free.isEmpty() && underWay.isEmpty();
  }

  /** The rank at the other end of a message. */
  int peer(AlgorithmTrace.Step step) {
    int members = group.members().size();
    if (step.peer < 0 || step.peer >= members) {
      throw new SimulationFault(
          "place "
              + Integer.toUnsignedString(step.peer)
              + " of a group of "
              + members
              + " members");
    }
    return group.members().rank(0, 0, step.peer);
  }

  /** What the run waits for, for a person; empty if it waits for nothing. */
  String waitsFor() {
    Path name = trace.file().getFileName();
    int node = underWay.nextSetBit(0);
    if (node < 0) {
      return "";
    }
    AlgorithmTrace.Step step = trace.step(node);
    String what = step.sends() ? "send" : step.receives() ? "receive" : "node";
    return what
        + " "
        + Long.toUnsignedString(step.id)
        + " of "
        + name
        + (step.sends() || step.receives()
            ? " ("
                + step.bytes
                + " bytes with tag "
                + step.tag
                + (step.sends() ? " to" : " from")
                + " rank "
                + peer(step)
                + ")"
            : "");
  }
}
