package io.heddle.processor.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What gradients of a block reach. */
final class Detached {
  private Detached() {}

  /**
   * The first tensor that a block takes of the stream, or of others, and that only what is detached
   * reads: no gradient would go on from it to the blocks before.
   */
  static Optional<Tensor> taken(Block block) {
    boolean detaches =
        operations(block).stream()
            .anyMatch(op -> op instanceof Operation.Alias a && a.isDetached());
    if (!detaches) {
      return Optional.empty();
    }
    Set<Operand> reached = reached(block);
    Stream<Tensor> argument = Optional.ofNullable(block.argument()).stream();
    return Stream.concat(argument, block.sides().stream())
        .filter(tensor -> !reached.contains(tensor))
        .filter(tensor -> operations(block).stream().anyMatch(op -> op.inputs().contains(tensor)))
        .findFirst();
  }

  /** What gradients reach: what the result, or the loss, and selections smoothly depend on. */
  static Set<Operand> reached(Block block) {
    Set<Operand> reached = new HashSet<>();
    if (block.result() != null) {
      reached.add(block.result());
    }
    List<Operation> backwards = operations(block);
    Collections.reverse(backwards);
    for (Operation operation : backwards) {
      boolean begins = operation.results().isEmpty() || operation instanceof Operation.Select;
      if (begins || operation.results().stream().anyMatch(reached::contains)) {
        reached.addAll(operation.differentiated());
      }
    }
    return reached;
  }

  /** The operations of a block one by one, in a list of their own. */
  private static List<Operation> operations(Block block) {
    List<Operation> all = new ArrayList<>();
    for (Operation operation : block.operations()) {
      all.addAll(operation instanceof Operation.Fused fused ? fused.parts() : List.of(operation));
    }
    return all;
  }
}
