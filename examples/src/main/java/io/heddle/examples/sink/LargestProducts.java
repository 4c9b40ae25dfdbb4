package io.heddle.examples.sink;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.TransformerModel;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelShape;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adds up the operations of a rank's matrix products by their shape: a sink of one's own. */
@TransformerModel("llama3_8b.tfm")
public final class LargestProducts implements NodeSink {
  private final Map<KernelShape.Gemm, Long> operations = new LinkedHashMap<>();

  /** Prints the three shapes that rank 0 of {@code Pod64} spends most operations on. */
  public static void main(String[] arguments) {
    LargestProducts sink = new LargestProducts();
    Llama3_8BPlan.Pod64.flattener().emit(0, sink);
    sink.operations.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(3)
        .forEach(
            of ->
                System.out.printf(
                    "M %,d, K %,d, N %,d: %.1f TFLOP%n",
                    of.getKey().m(), of.getKey().k(), of.getKey().n(), of.getValue() / 1e12));
  }

  @Override
  public void compute(NodeHeader node, Kernel kernel) {
    if (kernel.spec().shape() instanceof KernelShape.Gemm shape) {
      operations.merge(shape, kernel.operations(), Long::sum);
    }
  }

  @Override
  public void collective(NodeHeader node, Collective collective, Group group, long bytes) {}

  @Override
  public void send(NodeHeader node, int peer, int tag, long bytes) {}

  @Override
  public void receive(NodeHeader node, int peer, int tag, long bytes) {}
}
