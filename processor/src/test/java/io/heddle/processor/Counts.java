package io.heddle.processor;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.Map;
import java.util.TreeMap;

/** What all ranks of a flattener do together. */
final class Counts {
  private Counts() {}

  /** Everything, over all ranks. */
  static CountingSink of(Flattener flattener) {
    CountingSink sink = new CountingSink();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      flattener.emit(rank, sink);
    }
    return sink;
  }

  /** Bytes of the collectives of the step, by operation, summed over all ranks. */
  static Map<String, Long> stepBytes(Flattener flattener) {
    Map<String, Long> bytes = new TreeMap<>();
    StepSink sink = new StepSink(bytes);
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      flattener.emit(rank, sink);
    }
    return bytes;
  }

  /** Operations of the optimizer, over all ranks. */
  static long optimizerOperations(Flattener flattener) {
    StepSink sink = new StepSink(new TreeMap<>());
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      flattener.emit(rank, sink);
    }
    return sink.optimizer;
  }

  private static final class StepSink implements NodeSink {
    private final Map<String, Long> bytes;
    private long optimizer;

    StepSink(Map<String, Long> bytes) {
      this.bytes = bytes;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      if (node.operation().equals("optimizer")) {
        optimizer = Math.addExact(optimizer, kernel.operations());
      }
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long size) {
      if (node.direction() == Direction.STEP) {
        bytes.merge(collective + " " + node.operation(), size, Math::addExact);
      }
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long size) {}

    @Override
    public void receive(NodeHeader node, int peer, int tag, long size) {}
  }
}
