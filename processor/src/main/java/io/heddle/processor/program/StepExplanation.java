package io.heddle.processor.program;

import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.StepCollective;
import java.util.Locale;

/**
 * The end of the step as text: for each stage its kernels, and collectives with group and bytes.
 */
final class StepExplanation {
  private final RankProgram program;
  private final PlanNumbers numbers;
  private final Sizes sizes;

  StepExplanation(RankProgram program, PlanNumbers numbers, Sizes sizes) {
    this.program = program;
    this.numbers = numbers;
    this.sizes = sizes;
  }

  /** The text; stages that do the same stand together. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (StageStep step : StageStep.of(program, numbers, sizes)) {
      text.append('\n').append(step.title()).append('\n');
      step.parts().forEach(part -> text.append(line(part)).append('\n'));
    }
    return text.toString();
  }

  private String line(StageStep.Part part) {
    LocalNode node = part.node();
    String kind;
    String group = "";
    String amount = "%,d parameters";
    if (node instanceof StepCollective collective) {
      kind = collective.kind().title();
      group = NodeGroups.describe(collective.group(), program.plan(), numbers, sizes);
      amount = "%,d B";
    } else {
      kind = ((Compute) node).title();
    }
    return String.format(
        Locale.ROOT,
        "  %-28s %-18s %-26s %22s",
        node.operation(),
        kind,
        group,
        String.format(Locale.ROOT, amount, part.amount()));
  }
}
