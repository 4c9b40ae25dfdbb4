package io.heddle.processor.oracle;

import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which operands of a block have gradients: trained weights, and what is made of them. */
final class TrainedOperands {
  private final Section section;
  private final Plan plan;

  TrainedOperands(Section section, Plan plan) {
    this.section = section;
    this.plan = plan;
  }

  boolean has(Operand operand) {
    Pass backward = section.pass(Pass.Kind.BACKWARD, false).orElse(null);
    if (backward == null) {
      return false;
    }
    if (operand instanceof Weight weight) {
      return !plan.frozen().weights().contains(weight);
    }
    int side = section.block().sides().indexOf(operand);
    if (side >= 0) {
      return !backward.sides().made().get(side).isBefore();
    }
    return operand.equals(section.block().argument())
        ? !backward.result().isBefore()
        : section.block().operations().stream()
            .flatMap(op -> op instanceof Fused fused ? fused.parts().stream() : Stream.of(op))
            .filter(op -> op.results().contains(operand))
            .anyMatch(op -> operandsOf(op).stream().anyMatch(this::has));
  }

  private static List<? extends Operand> operandsOf(Operation op) {
    if (op instanceof Alias alias && alias.isDetached()) {
      return List.of();
    }
    if (op instanceof Attend attend) {
      List<Operand> operands = new ArrayList<>(List.of(attend.q(), attend.k(), attend.v()));
      Optional.ofNullable(attend.scores().sinks()).ifPresent(operands::add);
      return operands;
    }
    return op instanceof Dispatch dispatch ? List.of(dispatch.tokens()) : op.inputs();
  }
}
