package io.heddle.processor.program;

import io.heddle.processor.model.Block;
import java.util.List;
import java.util.Optional;

/**
 * A section of a rank's program: what it does for one block, the embedding or the head.
 *
 * @param passes each kind at most twice, with and without recomputation; forward first
 * @param weights in order of first use
 */
public record Section(Block block, List<Pass> passes, List<LocalWeight> weights) {
  /** The value that stands for the block's argument in forward passes. */
  public static final Value ARGUMENT = new Value("x");

  /** The value that stands for the gradient of the block's result in backward passes. */
  public static final Value RESULT_GRADIENT = new Value("dout");

  /** The value that stands for what the block takes of another stream in forward passes. */
  public static Value side(int number) {
    return new Value("side" + (number + 1));
  }

  /**
   * The value that stands, in backward passes, for the gradient that later readers have made of
   * what the block takes of another stream.
   */
  public static Value sideGradient(int number) {
    return new Value("dside" + (number + 1));
  }

  public Section {
    passes = List.copyOf(passes);
    weights = List.copyOf(weights);
  }

  /** The weights that it counts: not those that it shares with an earlier block. */
  public List<LocalWeight> ownWeights() {
    return weights.stream().filter(weight -> !block.borrows(weight.weight())).toList();
  }

  /** Its pass of this kind, with or without recomputation. */
  public Optional<Pass> pass(Pass.Kind kind, boolean recomputing) {
    return passes.stream()
        .filter(pass -> pass.kind() == kind && pass.recomputes() == recomputing)
        .findFirst();
  }

  /** The pass that runs in layers with or without recomputation: not all have one of their own. */
  public Optional<Pass> passIn(Pass.Kind kind, boolean recomputing) {
    return pass(kind, recomputing).or(() -> pass(kind, false));
  }

  /** Whether gradients of inputs and of weights are made by passes of their own. */
  public boolean splitsBackward() {
    return pass(Pass.Kind.BACKWARD_OF_INPUTS, false).isPresent();
  }

  /** Whether some layers compute something of the block again. */
  public boolean recomputes() {
    return passes.stream().anyMatch(Pass::recomputes);
  }

  /** The passes that a step runs: the backward pass in one or in two. */
  public List<Pass> run() {
    boolean splits = splitsBackward();
    return passes.stream().filter(pass -> pass.kind() != Pass.Kind.BACKWARD || !splits).toList();
  }

  /** The nodes of the forward pass. */
  public List<LocalNode> forward() {
    return nodes(Pass.Kind.FORWARD);
  }

  /** The nodes of the whole backward pass, without recomputation; none if there is no such pass. */
  public List<LocalNode> backward() {
    return nodes(Pass.Kind.BACKWARD);
  }

  private List<LocalNode> nodes(Pass.Kind kind) {
    return pass(kind, false).map(Pass::nodes).orElse(List.of());
  }

  /** What the forward pass keeps, in layers with or without recomputation. */
  public List<Saved> kept(boolean recomputing) {
    return passIn(Pass.Kind.BACKWARD, recomputing).map(Pass::kept).orElse(List.of());
  }

  /** The cache that a step of inference reads and adds to; nothing in training. */
  public List<Saved> cache() {
    return pass(Pass.Kind.FORWARD, false).map(Pass::kept).orElse(List.of());
  }

  /** What is held between the two parts of the backward pass; nothing where it has none. */
  public List<Saved> held(boolean recomputing) {
    return passIn(Pass.Kind.BACKWARD_OF_INPUTS, recomputing).map(Pass::held).orElse(List.of());
  }

  /** Every node that a rank may run for the block; some stand in several of its passes. */
  public List<LocalNode> nodes() {
    return passes.stream().flatMap(pass -> pass.nodes().stream()).toList();
  }

  /** The same with other passes. */
  public Section with(List<Pass> others) {
    return new Section(block, others, weights);
  }
}
