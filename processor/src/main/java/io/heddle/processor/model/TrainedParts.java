package io.heddle.processor.model;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import java.util.stream.Stream;

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
    if (plan.schedule().forwardOnly()) {
      return model.stacks().size();
    }
    int stacks = 0;
    while (!hasTrained(model.embed())
        && stacks < model.stacks().size()
        && model.stacks().get(stacks).kinds().stream()
            .flatMap(kind -> kind.blocks().stream())
            .noneMatch(this::hasTrained)) {
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
    return model.stacks().stream()
        .skip(stacksWithoutBackward())
        .anyMatch(stack -> stack.kinds().contains(kind));
  }

  /** Whether the block has a backward pass somewhere. */
  public boolean hasBackward(Block block) {
    if (block.equals(model.embed())) {
      return hasTrained(block);
    }
    return block.equals(model.head())
        ? !plan.schedule().forwardOnly()
        : model.layerKinds().stream()
            .filter(this::hasBackward)
            .anyMatch(kind -> kind.blocks().contains(block));
  }

  /** Whether what a block takes of another stream depends on a weight that is trained. */
  public boolean trainsSide(Block block, int side) {
    return !plan.schedule().forwardOnly()
        && uses(block).anyMatch(use -> trainsStream(use.sides().get(side)));
  }

  private Stream<Model.Use> uses(Block block) {
    Stream<Model.Use> layers =
        model.layerKinds().stream()
            .flatMap(kind -> kind.uses().stream())
            .filter(use -> use.block().equals(block));
    Model.Use head = new Model.Use(model.head(), model.streams().size() - 1, model.headSides());
    return block.equals(model.head()) ? Stream.of(head) : layers;
  }

  /** Whether something that makes the stream, or goes on with it, is trained. */
  public boolean trainsStream(int stream) {
    if (stream == 0 && hasTrained(model.embed())) {
      return true;
    }
    return model.layerKinds().stream()
        .flatMap(kind -> kind.uses().stream())
        .filter(use -> use.stream() == stream && use.block().result() != null)
        .anyMatch(
            use -> hasTrained(use.block()) || use.sides().stream().anyMatch(this::trainsStream));
  }

  /** Whether something before the block is trained, wherever it has a backward pass. */
  public boolean trainsBefore(Block block) {
    if (model.hasStreams()) {
      return uses(block).anyMatch(use -> trainsStream(use.stream()));
    }
    return !block.equals(model.embed())
        && (hasTrained(model.embed()) || stacksWithoutBackward() < model.stacks().size());
  }
}
