package io.heddle.processor.lower;

import io.heddle.processor.lower.NodeList.Placed;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Operations of a block that stand once more in its backward pass, with their collectives: each
 * before the first node that needs what it makes, at the latest before its own backward. What they
 * read is kept as it is stored. What they make is not, with one exception: the result of a product
 * or of attention stays for those operations that read it in the backward pass and are not computed
 * again themselves.
 */
final class Recomputation {
  private final BlockContext context;
  private final NodeList nodes;
  private final Map<Tensor, Set<Operation>> readers;
  private final Map<Tensor, Operation> makers = new HashMap<>();
  private final ForwardPass pass;
  private final Set<Operation> done = new HashSet<>();
  private final Set<Value> again = new HashSet<>();
  private final Set<Tensor> inputs = new LinkedHashSet<>();

  /**
   * @param nodes of the backward pass
   * @param readers the operations whose backward reads a tensor
   */
  Recomputation(BlockContext context, NodeList nodes, Map<Tensor, Set<Operation>> readers) {
    this.context = context;
    this.nodes = nodes;
    this.readers = readers;
    this.pass = new ForwardPass(context, nodes, this::elsewhere);
    for (Operation operation : context.block.operations()) {
      operation.results().forEach(result -> makers.put(result, operation));
    }
  }

  /** Computes the operation again, if it is to be and is not yet. */
  void before(Operation operation) {
    if (selects(operation) && done.add(operation)) {
      int begin = nodes.nodes().size();
      operation.accept(pass);
      List<LocalNode> all = nodes.nodes();
      all.subList(begin, all.size()).forEach(node -> again.add(node.output()));
    }
  }

  /** Whether nothing is kept of the tensor. */
  boolean drops(Tensor tensor) {
    Operation maker = makers.get(tensor);
    if (maker == null || !selects(maker)) {
      return false;
    }
    boolean cheap =
        maker instanceof PointWise
            || maker instanceof Norm
            || maker instanceof Concat
            || maker instanceof Slice;
    return cheap || readers.getOrDefault(tensor, Set.of()).stream().allMatch(this::selects);
  }

  /** A tensor that is not kept, where its operation stores it again. */
  Placed made(Tensor tensor) {
    before(makers.get(tensor));
    return pass.placeOf(tensor);
  }

  /** The values that the forward pass made before. */
  Set<Value> again() {
    return again;
  }

  /** What is kept because the operations read it. */
  Set<Tensor> inputs() {
    return inputs;
  }

  /** Whether the operation is computed again. */
  boolean selects(Operation operation) {
    return context.plan.activations().recompute().selects(context.block, operation);
  }

  private Placed elsewhere(Tensor tensor) {
    if (drops(tensor)) {
      return made(tensor);
    }
    inputs.add(tensor);
    return nodes.placed(tensor, context.stored.get(tensor), Value.BEFORE);
  }
}
