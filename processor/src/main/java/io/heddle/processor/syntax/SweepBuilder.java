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

  List<Declaration.Search> search(TfmParser.SearchContext search) {
    List<SweepItem> items =
        Leaves.lines(
            search.searchItem(), item -> Leaves.isWhole(item) ? List.of(item(item)) : List.of());
    TfmParser.SearchHeadContext head = search.searchHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Search(
            leaves.name(head.name(0)),
            leaves.documentation(search),
            leaves.name(head.name(1)),
            items));
  }

  private SweepItem item(TfmParser.SweepItemContext item) {
    Span span = leaves.span(item);
    if (item.swept() != null) {
      return swept(item.swept(), span);
    }
    if (item.cases() != null) {
      return cases(item.cases(), span);
    }
    return item.derived() != null ? derived(item.derived(), span) : kept(item.kept(), span);
  }

  private SweepItem item(TfmParser.SearchItemContext item) {
    Span span = leaves.span(item);
    if (item.swept() != null) {
      return swept(item.swept(), span);
    }
    if (item.cases() != null) {
      return cases(item.cases(), span);
    }
    if (item.aim() != null) {
      return aim(item.aim(), span);
    }
    return item.derived() != null ? derived(item.derived(), span) : kept(item.kept(), span);
  }

  private SweepItem derived(TfmParser.DerivedContext derived, Span span) {
    return new SweepItem.Derived(
        leaves.name(derived.name()), leaves.expression(derived.expression()), span);
  }

  private SweepItem kept(TfmParser.KeptContext kept, Span span) {
    return new SweepItem.Condition(leaves.expression(kept.expression()), span);
  }

  private SweepItem aim(TfmParser.AimContext aim, Span span) {
    return new SweepItem.Aim(
        aim.MAXIMIZE() != null,
        leaves.name(aim.name()),
        aim.limit() == null ? null : limit(aim.limit()),
        span);
  }

  private SweepItem.Limit limit(TfmParser.LimitContext limit) {
    String unit = limit.unit() == null ? "" : limit.unit().getText();
    return new SweepItem.Limit(
        leaves.name(limit.name()),
        limit.op.getType() == TfmParser.LESS_EQUAL,
        new Quantity(leaves.number(limit.number()), unit, leaves.span(limit.number())),
        leaves.span(limit));
  }

  private SweepItem.Case cases(TfmParser.CasesContext cases, Span span) {
    List<SweepItem.Swept> together = new ArrayList<>();
    for (TfmParser.TogetherContext one : cases.together()) {
      Token equals = one.ASSIGN().getSymbol();
      together.add(swept(one.sweptName(), equals, List.of(one.alternative()), leaves.span(one)));
    }
    return new SweepItem.Case(List.copyOf(together), span);
  }

  private SweepItem.Swept swept(TfmParser.SweptContext swept, Span span) {
    return swept(swept.sweptName(), swept.IN().getSymbol(), swept.alternative(), span);
  }

  private SweepItem.Swept swept(
      TfmParser.SweptNameContext sweptName,
      Token sign,
      List<TfmParser.AlternativeContext> each,
      Span span) {
    List<Token> name = leaves.tokens(sweptName);
    List<SweepItem.Alternative> alternatives = new ArrayList<>();
    for (TfmParser.AlternativeContext alternative : each) {
      List<Token> with = leaves.tokens(alternative);
      boolean isWord = with.size() == 1;
      leaves
          .change(name, sign, with)
          .ifPresent(change -> alternatives.add(new SweepItem.Alternative(change, isWord)));
    }
    return new SweepItem.Swept(
        new Name(sweptName.getText(), leaves.span(sweptName)), List.copyOf(alternatives), span);
  }
}
