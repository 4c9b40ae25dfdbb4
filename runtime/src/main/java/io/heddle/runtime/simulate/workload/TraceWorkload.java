package io.heddle.runtime.simulate.workload;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Trace files, one per rank, whoever made them. A rank's trace is read whole, since a node may name
 * parents that come later, and AstraSim issues whichever free node has the smallest id.
 *
 * @param prefix rank r reads {@code prefix.r.et}
 */
public record TraceWorkload(Path prefix, int ranks) implements Workload {
  @Override
  public NodeSource open(int rank) {
    return new TraceSource(file(rank), rank);
  }

  @Override
  public void each(int rank, Visitor visitor) throws IOException {
    try (EtReader reader = new EtReader(file(rank), true)) {
      EtNode node = new EtNode();
      while (reader.next(node)) {
        EtAttribute size =
            node.state(EtAttribute.COMM_SIZE) == EtNode.State.PRESENT
                ? EtAttribute.COMM_SIZE
                : EtAttribute.TENSOR_SIZE;
        long bytes = node.state(size) == EtNode.State.PRESENT ? node.value(size) : 0;
        boolean inMicroBatch = node.state(EtAttribute.MICRO_BATCH) == EtNode.State.PRESENT;
        int microBatch = inMicroBatch ? (int) node.value(EtAttribute.MICRO_BATCH) : -1;
        visitor.node(node.id(), node.name(), microBatch, bytes);
      }
    }
  }

  /** The trace of a rank. */
  public Path file(int rank) {
    return prefix.resolveSibling(prefix.getFileName() + "." + rank + ".et");
  }
}
