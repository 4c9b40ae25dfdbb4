package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.Origin;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Adds to each block of which the plan computes something again the backward pass of layers where
 * that is so.
 */
final class ComputeAgain implements Rewrite {
  /** What the plain passes of a block were derived with. */
  record Derivation(BlockContext context, NodeList forward, SavedTensors saved) {}

  private final Map<Block, Derivation> derivations;

  ComputeAgain(Map<Block, Derivation> derivations) {
    this.derivations = derivations;
  }

  @Override
  public RankProgram apply(RankProgram program) {
    return program.mapBlocks(section -> recomputing(program, section));
  }

  private Section recomputing(RankProgram program, Section section) {
    Plan.Recompute recompute = program.plan().activations().recompute();
    Block block = section.block();
    Pass plain = section.pass(Pass.Kind.BACKWARD, false).orElse(null);
    Tensor argument = block.argument();
    Pass again;
    if (plain == null) {
      return section;
    } else if (argument != null && recompute.blocks().contains(block.name())) {
      List<Saved> kept = new ArrayList<>();
      kept.add(kept(program, argument, Saved.Kind.TENSOR));
      block.sides().forEach(side -> kept.add(kept(program, side, Saved.Kind.SIDE)));
      again = again(plain, Pass.Again.WHOLE, plain, kept);
    } else if (block.operations().stream().anyMatch(op -> recompute.selects(block, op))) {
      again = derived(plain, derivations.get(block));
    } else {
      return section;
    }
    List<Pass> passes = new ArrayList<>(section.passes());
    passes.add(again);
    return section.with(passes);
  }

  private static Saved kept(RankProgram program, Tensor argument, Saved.Kind kind) {
    return new Saved(
        argument.name(),
        kind,
        Kernels.bytes(argument.dims(), program.stream(), program.streamFormat()));
  }

  private static Pass derived(Pass plain, Derivation derivation) {
    BlockContext copy = derivation.context().copy();
    NodeList nodes = new NodeList(copy, Origin.Rule.BACKWARD);
    Recomputation recomputation = new Recomputation(copy, nodes, derivation.saved().readers());
    BackwardPass backward = new BackwardPass(copy, derivation.forward(), nodes, recomputation);
    Pass made = backward.pass();
    Set<Value> values = recomputation.again();
    Span line = copy.plan.activations().recompute().span();
    List<LocalNode> nodesAgain = new ArrayList<>();
    for (LocalNode node : made.nodes()) {
      Origin again = new Origin(node.span(), Origin.Rule.RECOMPUTE, line);
      nodesAgain.add(values.contains(node.output()) ? node.placedBy(again) : node);
    }
    return again(plain, new Pass.Again(false, values), made.with(nodesAgain), made.kept());
  }

  private static Pass again(Pass plain, Pass.Again again, Pass made, List<Saved> kept) {
    return new Pass(
        plain.kind(),
        again,
        plain.argument(),
        made.sides(),
        made.nodes(),
        made.result(),
        kept,
        List.of());
  }
}
