package io.heddle.processor.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The tensors of a block that have a gradient: what is made of trained weights. */
public final class TrainedTensors {
  private final Predicate<Weight> trains;
  private final Set<Tensor> tensors = new HashSet<>();

  private TrainedTensors(Predicate<Weight> trains) {
    this.trains = trains;
  }

  /**
   * Those of a block.
   *
   * @param upstream which of the tensors that it takes have one
   * @param trains whether a weight is trained
   */
  public static Set<Tensor> of(Block block, Upstream upstream, Predicate<Weight> trains) {
    TrainedTensors trained = new TrainedTensors(trains);
    Tensor argument = block.argument();
    if (argument != null && upstream.argument()) {
      trained.tensors.add(argument);
    }
    List<Tensor> sides = block.sides();
    for (int i = 0; i < sides.size(); i++) {
      if (upstream.side(i) != Upstream.Side.NONE) {
        trained.tensors.add(sides.get(i));
      }
    }
    block.operations().forEach(trained::add);
    return trained.tensors;
  }

  private void add(Operation operation) {
    if (operation instanceof Operation.Fused fused) {
      fused.parts().forEach(this::add);
    } else if (operation.differentiated().stream().anyMatch(this::hasGradient)) {
      tensors.addAll(operation.results());
    }
  }

  private boolean hasGradient(Operand operand) {
    return operand instanceof Weight weight ? trains.test(weight) : tensors.contains(operand);
  }
}
