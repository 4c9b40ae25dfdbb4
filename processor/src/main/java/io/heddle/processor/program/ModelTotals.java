package io.heddle.processor.program;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.List;

/**
 * What the model of a program comes to as a whole, for a layer of each kind and at its ends. Only
 * the numbers of layers and the batch are left to whoever adds it up.
 */
public final class ModelTotals {
  private final RankProgram program;
  private final Model model;
  private final List<Size> parametersOfLayer = new ArrayList<>();
  private final List<Size> operationsOfLayer = new ArrayList<>();
  private final Size parametersOfEnds;
  private final Size operationsOfEnds;
  private final List<Size> tokensOfSequence;

  /** Of the model of a program. */
  public ModelTotals(RankProgram program) {
    this.program = program;
    this.model = program.plan().model();
    for (Model.LayerKind kind : model.layerKinds()) {
      List<Size> weights = new ArrayList<>();
      for (Block block : kind.ownBlocks()) {
        block.weights().stream()
            .filter(weight -> !block.borrows(weight))
            .forEach(weight -> weights.add(whole(weight.dims())));
      }
      parametersOfLayer.add(Size.sum(weights));
      boolean backward = program.plan().trained().hasBackward(kind);
      operationsOfLayer.add(
          Size.sum(kind.blocks().stream().map(block -> operations(block, backward)).toList()));
    }
    this.parametersOfEnds = weightsOfEnds();
    this.operationsOfEnds =
        Size.sum(operations(model.embed(), true), operations(model.head(), true));
    this.tokensOfSequence =
        model.stream().stream()
            .filter(dim -> !dim.isOpen() && !headContracts(dim))
            .<Size>map(dim -> new Size.Extent(dim, List.of()))
            .toList();
  }

  private Size weightsOfEnds() {
    List<Size> ends = new ArrayList<>();
    model.embed().weights().forEach(weight -> ends.add(whole(weight.dims())));
    model
        .sharedBlocks()
        .forEach(block -> block.weights().forEach(weight -> ends.add(whole(weight.dims()))));
    for (Weight weight : model.head().weights()) {
      if (!weight.equals(model.tied())) {
        ends.add(whole(weight.dims()));
      }
    }
    return Size.sum(ends);
  }

  /** Trained values of a layer of a kind. */
  public Size parametersOfLayer(int kind) {
    return parametersOfLayer.get(kind);
  }

  /** Trained values of embedding, head and shared blocks; a tied table counts once. */
  public Size parametersOfEnds() {
    return parametersOfEnds;
  }

  /** Operations of a layer's matrix products, for one micro-batch of each replica. */
  public Size operationsOfLayer(int kind) {
    return operationsOfLayer.get(kind);
  }

  /** Operations of the matrix products of the embedding and the head, likewise. */
  public Size operationsOfEnds() {
    return operationsOfEnds;
  }

  /**
   * Tokens of a sequence: the stream without the dimension of its sequences and the one that the
   * head sums over.
   */
  public List<Size> tokensOfSequence() {
    return tokensOfSequence;
  }

  private Size operations(Block block, boolean backward) {
    return ModelOperations.of(program.section(block), backward, program);
  }

  private boolean headContracts(Dim dim) {
    return model.head().operations().stream()
        .filter(Operation.Einsum.class::isInstance)
        .anyMatch(einsum -> ((Operation.Einsum) einsum).contracted().contains(dim));
  }

  private static Size whole(List<Dim> dims) {
    return Size.product(dims.stream().<Size>map(dim -> new Size.Extent(dim, List.of())).toList());
  }
}
