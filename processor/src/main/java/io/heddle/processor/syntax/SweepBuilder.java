package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.Token;

/** Builds sweeps. */
final class SweepBuilder {
  private final Leaves leaves;

  SweepBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  List<Declaration.Sweep> sweep(TfmParser.SweepContext sweep) {
    List<SweepItem> items =
        Leaves.lines(
            sweep.sweepItem(), item -> Leaves.isWhole(item) ? List.of(item(item)) : List.of());
    TfmParser.SweepHeadContext head = sweep.sweepHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Sweep(
            leaves.name(head.name(0)),
            leaves.documentation(sweep),
            leaves.name(head.name(1)),
            items));
  }

  private SweepItem item(TfmParser.SweepItemContext item) {
    Span span = leaves.span(item);
    if (item.swept() != null) {
      return swept(item.swept(), span);
    }
    if (item.derived() != null) {
      return new SweepItem.Derived(
          leaves.name(item.derived().name()), leaves.expression(item.derived().expression()), span);
    }
    return new SweepItem.Condition(leaves.expression(item.kept().expression()), span);
  }

  private SweepItem.Swept swept(TfmParser.SweptContext swept, Span span) {
    List<Token> name = leaves.tokens(swept.sweptName());
    List<SweepItem.Alternative> alternatives = new ArrayList<>();
    for (TfmParser.AlternativeContext alternative : swept.alternative()) {
      List<Token> with = leaves.tokens(alternative);
      boolean isWord = with.size() == 1;
      leaves
          .change(name, swept.IN().getSymbol(), with)
          .ifPresent(change -> alternatives.add(new SweepItem.Alternative(change, isWord)));
    }
    return new SweepItem.Swept(
        new Name(swept.sweptName().getText(), leaves.span(swept.sweptName())),
        List.copyOf(alternatives),
        span);
  }
}
