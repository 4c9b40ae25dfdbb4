package io.heddle.processor.lower;

import io.heddle.processor.model.Plan;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes as text: a line for each node, with what it makes and what it waits for. */
final class ProgramText {
  private ProgramText() {}

  static String of(Pass pass) {
    StringBuilder text = new StringBuilder(pass.title());
    text.append('(').append(pass.argument().name()).append(')');
    if (pass.repeatsForward()) {
      text.append(" behind the forward pass");
    }
    text.append(":\n");
    for (LocalNode node : pass.nodes()) {
      text.append(pass.isAgain(node.output()) ? "  again " : "  ").append(line(node)).append('\n');
    }
    if (!pass.result().isBefore()) {
      text.append("  return ").append(pass.result().name()).append('\n');
    }
    list(text, "kept", pass.kept().stream().map(saved -> saved.name()).toList());
    list(text, "held", pass.held().stream().map(saved -> saved.name()).toList());
    return text.append('\n').toString();
  }

  private static void list(StringBuilder text, String title, List<String> names) {
    if (!names.isEmpty()) {
      text.append("  ").append(title).append(' ').append(String.join(", ", names)).append('\n');
    }
  }

  private static String line(LocalNode node) {
    String inputs = String.join(", ", node.inputs().stream().map(Value::name).toList());
    String line = "%s = %s(%s)".formatted(node.output().name(), node.operation(), inputs);
    if (node instanceof Communicate collective) {
      String exchange =
          collective.exchange() == Plan.Exchange.BY_NETWORK ? "" : " " + collective.exchange();
      return line
          + " over "
          + String.join(", ", collective.axes())
          + exchange
          + in(collective.pieces());
    }
    if (node instanceof StepCollective collective && !collective.instead().isBefore()) {
      return line + " or " + collective.instead().name();
    }
    return node instanceof Compute compute ? line + in(compute.pieces()) : line;
  }

  private static String in(@Nullable Pieces pieces) {
    return pieces == null ? "" : " in pieces with " + String.join(", ", pieces.with());
  }
}
