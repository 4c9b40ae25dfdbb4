package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import java.util.List;

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
    if (item.sweptLayout() != null) {
      List<List<Name>> orders =
          item.sweptLayout().order().stream().map(order -> leaves.names(order.name())).toList();
      return new SweepItem.Layouts(orders, span);
    }
    if (item.sweptValues() != null) {
      return new SweepItem.Values(
          leaves.name(item.sweptValues().name()),
          item.sweptValues().expression().stream().map(leaves::expression).toList(),
          span);
    }
    if (item.derived() != null) {
      return new SweepItem.Derived(
          leaves.name(item.derived().name()), leaves.expression(item.derived().expression()), span);
    }
    return new SweepItem.Condition(leaves.expression(item.kept().expression()), span);
  }
}
