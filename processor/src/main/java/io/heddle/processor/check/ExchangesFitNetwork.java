package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Operation;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Transport;

/** Advice: an all-to-all that AstraSim would run as a ring is better made of messages. */
final class ExchangesFitNetwork implements Advice {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    for (Section block : subject.program().allBlocks()) {
      block.nodes().stream()
          .filter(Communicate.class::isInstance)
          .map(Communicate.class::cast)
          .filter(node -> node.kind().isExchange())
          .forEach(node -> check(subject, block, node, diagnostics));
    }
  }

  private static void check(
      Subject subject, Section block, Communicate node, Diagnostics diagnostics) {
    long members =
        node.axes().stream().mapToLong(subject.numbers()::axis).reduce(1, Math::multiplyExact);
    if (members < 3 || Transport.of(node, subject.plan(), subject.numbers()) != Transport.RING) {
      return;
    }
    diagnostics
        .report(
            Code.EXCHANGE_AS_RING,
            place(subject, block, node),
            String.join(", ", node.axes()),
            members,
            Transport.RING.steps(members))
        .help(
            "say `exchange = pairwise` or leave it out: then each rank sends %d messages"
                .formatted(Transport.MESSAGES.steps(members)))
        .add();
  }

  /** The line of the plan that says how. */
  private static Span place(Subject subject, Section block, Communicate node) {
    boolean experts =
        block.block().operations().stream()
            .anyMatch(op -> op instanceof Operation.Dispatch && op.span().equals(node.span()));
    return experts ? subject.plan().experts().span() : subject.plan().context().span();
  }
}
