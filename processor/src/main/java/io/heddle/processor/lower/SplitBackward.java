package io.heddle.processor.lower;

import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Adds the two parts of each backward pass where the schedule runs them apart. The embedding's
 * stays whole: no stage waits for it. The whole pass stays, for schedules that do not.
 */
final class SplitBackward implements Rewrite {
  @Override
  public RankProgram apply(RankProgram program) {
    return program.plan().schedule().kind().splitsBackward()
        ? program.mapBlocks(section -> split(program, section))
        : program;
  }

  private static Section split(RankProgram program, Section section) {
    if (section.block().equals(program.embed().block())) {
      return section;
    }
    List<Pass> passes = new ArrayList<>();
    for (Pass pass : section.passes()) {
      passes.add(pass);
      if (pass.kind() == Pass.Kind.BACKWARD) {
        passes.addAll(parts(pass));
      }
    }
    return section.with(passes);
  }

  private static List<Pass> parts(Pass whole) {
    Pass.Again again = whole.again();
    Set<Value> values = again == null ? Set.of() : again.values();
    BackwardSplit split = BackwardSplit.of(whole.nodes(), whole.results(), values);
    Pass inputs =
        new Pass(
            Pass.Kind.BACKWARD_OF_INPUTS,
            again,
            whole.argument(),
            whole.sides(),
            split.input(),
            whole.result(),
            whole.kept(),
            split.held());
    if (whole.repeatsForward()) {
      // The gradients of weights are made as they are without.
      return List.of(inputs);
    }
    Pass weights =
        new Pass(
            Pass.Kind.BACKWARD_OF_WEIGHTS,
            again == null ? null : new Pass.Again(false, Set.of()),
            Value.BEFORE,
            split.weight(),
            Value.BEFORE,
            List.of(),
            List.of());
    return List.of(inputs, weights);
  }
}
