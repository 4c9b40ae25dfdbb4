package io.heddle.examples;

import io.heddle.runtime.TransformerModel;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;

/**
 * Flattens Llama 3 8B for eight GPUs and counts what the trace holds. The annotation makes the
 * compiler generate the class used here, {@code Llama3_8BNode8Flattener}, from {@code
 * models/llama3_8b.tfm}.
 */
@TransformerModel("llama3_8b.tfm")
public final class CountNodes {
  private CountNodes() {}

  /** Prints the number of nodes and of the model's operations in one step. */
  public static void main(String[] arguments) {
    CountingSink counts = count();
    System.out.printf(
        "%,d nodes, %,d model FLOPs%n", counts.nodes(), counts.modelMatmulOperations());
  }

  /** Counts the nodes of all ranks. */
  static CountingSink count() {
    Flattener flattener = new Llama3_8BNode8Flattener(Llama3_8BNode8Flattener.defaults());
    CountingSink counts = new CountingSink();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      flattener.emit(rank, counts);
    }
    return counts;
  }
}
