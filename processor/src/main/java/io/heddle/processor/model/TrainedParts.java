package io.heddle.processor.model;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;

/** Which parts of a model have a backward pass under a plan: what is trained, and what follows. */
public final class TrainedParts {
  private final Plan plan;
  private final Model model;

  TrainedParts(Plan plan) {
    this.plan = plan;
    this.model = plan.model();
  }

  private boolean hasTrained(Block block) {
    return block.weights().stream().anyMatch(plan::trains);
  }

  /**
   * The stacks at the begin of the model whose layers have no backward pass: neither they nor what
   * is before them is trained.
   */
  public int stacksWithoutBackward() {
    int stacks = 0;
    while (!hasBackward(model.embed())
        && stacks < model.stacks().size()
        && model.stacks().get(stacks).kinds().stream().noneMatch(this::hasBackward)) {
      stacks++;
    }
    return stacks;
  }

  /** The first layer that has a backward pass; {@link LayerSplit#EMBEDDING} where all have one. */
  public int backwardFrom(LayerKinds layers) {
    if (hasBackward(model.embed())) {
      return LayerSplit.EMBEDDING;
    }
    return Math.toIntExact(
        model.stacks().stream()
            .limit(stacksWithoutBackward())
            .flatMap(stack -> stack.kinds().stream())
            .mapToLong(kind -> layers.of(kind.number()))
            .sum());
  }

  /** Whether layers of this kind have a backward pass. */
  public boolean hasBackward(Model.LayerKind kind) {
    return kind.blocks().stream().anyMatch(this::hasBackward);
  }

  /** Whether the block has a backward pass: it is trained, or something before it. */
  public boolean hasBackward(Block block) {
    if (plan.schedule().forwardOnly()) {
      return false;
    }
    return hasTrained(block) || block.upstream().any() || block.equals(model.head());
  }

  /** Whether layers of this kind make the stream of this number depend on a trained weight. */
  public boolean trainsStream(Model.LayerKind kind, int stream) {
    return kind.uses().stream()
        .anyMatch(use -> use.stream() == stream && makesGradient(use.block()));
  }

  private boolean makesGradient(Block block) {
    return block.result() != null
        && TrainedTensors.of(block, block.upstream(), plan::trains).contains(block.result());
  }

  /** Whether the embedding makes the first stream depend on a trained weight. */
  public boolean trainsFirstStream() {
    return makesGradient(model.embed());
  }
}
