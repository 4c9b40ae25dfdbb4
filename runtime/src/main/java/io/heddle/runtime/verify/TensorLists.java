package io.heddle.runtime.verify;

import io.heddle.runtime.simulate.workload.Workload;
import java.io.IOException;

/** Whether nodes say which tensors they read and write, without which AstraSim ends no rank. */
final class TensorLists {
  private long without;
  private long first;

  private TensorLists() {}

  /** Reports a rank that has nodes without. */
  static void check(Workload workload, int rank, FindingCollector findings) throws IOException {
    TensorLists lists = new TensorLists();
    workload.eachTensors(
        rank,
        (id, tensors) -> {
          if ((tensors.inputs() == null || tensors.outputs() == null) && lists.without++ == 0) {
            lists.first = id;
          }
        });
    if (lists.without > 0) {
      findings.error(
          Rule.MACHINE,
          "rank "
              + rank
              + ": "
              + lists.named()
              + " no lists \"inputs\" and \"outputs\", which every node needs with"
              + " track-local-mem: AstraSim never ends the rank; set the key to 0, or write the"
              + " lists (`heddle emit --tensors`)",
          new Finding.Node(rank, lists.first));
    }
  }

  /** One node by its id, of many the first. */
  private String named() {
    String id = Long.toUnsignedString(first);
    return without == 1 ? "node " + id + " has" : without + " nodes, " + id + " the first, have";
  }
}
