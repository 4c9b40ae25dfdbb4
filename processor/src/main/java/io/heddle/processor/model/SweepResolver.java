package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Sweep.Alternative;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import io.heddle.processor.syntax.SweepItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Resolves the names of a sweep. */
final class SweepResolver {
  static final String BATCH = "batch";
  static final String MICRO_BATCH = "micro_batch";
  private static final String LAYOUT = "layout";

  /** More points than this are taken for a slip. */
  private static final long MOST_POINTS = 1_000_000;

  private final Declaration.Sweep syntax;
  private final Plan base;
  private final SweptLines lines;
  private final Diagnostics diagnostics;

  /** What the plan has numbers for. */
  private final Names<Span> numbers;

  private final Names<Span> swept;
  private final List<Sweep.Choice> choices = new ArrayList<>();
  private final List<Sweep.Derived> derived = new ArrayList<>();
  private final List<Sweep.Condition> conditions = new ArrayList<>();

  SweepResolver(
      Declaration.Sweep syntax, Declaration.Plan plan, Plan base, Diagnostics diagnostics) {
    this.syntax = syntax;
    this.base = base;
    this.lines = new SweptLines(plan);
    this.diagnostics = diagnostics;
    this.numbers = new Names<>("axis or parameter", Function.identity(), diagnostics);
    this.swept = new Names<>("swept value", Function.identity(), diagnostics);
    base.layout().forEach(axis -> declare(axis.name(), axis.span()));
    base.model().parameters().forEach(parameter -> declare(parameter.name(), parameter.span()));
    declare(BATCH, base.batch().span());
    declare(MICRO_BATCH, base.batch().span());
  }

  private void declare(String name, Span span) {
    if (!numbers.contains(name)) {
      numbers.declare(new Name(name, span), span);
    }
  }

  /** The sweep; empty after findings. */
  Optional<Sweep> resolve() {
    for (SweepItem item : syntax.items()) {
      if (item instanceof SweepItem.Values values) {
        values(values);
      } else if (item instanceof SweepItem.Layouts layouts) {
        layouts(layouts);
      } else if (item instanceof SweepItem.Derived number) {
        derived(number);
      } else if (item instanceof SweepItem.Condition condition) {
        condition(condition);
      }
    }
    Sweep sweep =
        new Sweep(
            syntax.name().text(),
            syntax.documentation(),
            base,
            choices,
            derived,
            conditions,
            syntax.name().span());
    if (sweep.size() > MOST_POINTS) {
      diagnostics
          .report(Code.TOO_MANY_POINTS, sweep.span(), sweep.name(), sweep.size(), MOST_POINTS)
          .help("sweep fewer values, or let some follow from others: `dp = 64 / (tp * pp)`")
          .add();
    }
    return diagnostics.hasErrors() ? Optional.empty() : Optional.of(sweep);
  }

  private void values(SweepItem.Values item) {
    String name = item.name().text();
    if (SweptLines.WORDS.contains(name)) {
      swept.declare(item.name(), item.name().span());
      words(item);
    } else if (isNumber(item.name())) {
      swept.declare(item.name(), item.name().span());
      item.values().forEach(this::check);
      choices.add(new Sweep.Numbers(name, item.values()));
    }
  }

  private void words(SweepItem.Values item) {
    List<Alternative> alternatives = new ArrayList<>();
    for (Expression value : item.values()) {
      if (value instanceof Expression.Reference word) {
        alternatives.add(lines.withWord(item.name().text(), word.name()));
      } else {
        diagnostics
            .report(Code.ARGUMENTS, value.span(), item.name() + " in", "words")
            .help("write them as in a plan: `schedule in gpipe, one_f_one_b`")
            .add();
      }
    }
    choose(item.name().text(), alternatives);
  }

  private void layouts(SweepItem.Layouts item) {
    swept.declare(new Name(LAYOUT, item.span()), item.span());
    List<Alternative> alternatives = new ArrayList<>();
    for (List<Name> order : item.layouts()) {
      List<String> names = order.stream().map(Name::text).toList();
      Span span = order.get(0).span().to(order.get(order.size() - 1).span());
      alternatives.add(
          new Alternative(String.join(" > ", names), new PlanItem.Layout(order, span)));
    }
    choose(LAYOUT, alternatives);
  }

  private void choose(String name, List<Alternative> alternatives) {
    if (!alternatives.isEmpty()) {
      choices.add(new Sweep.Lines(name, alternatives));
    }
  }

  private void derived(SweepItem.Derived item) {
    if (isNumber(item.name())) {
      swept.declare(item.name(), item.name().span());
      check(item.value());
      derived.add(new Sweep.Derived(item.name().text(), item.value(), item.span()));
    }
  }

  private void condition(SweepItem.Condition item) {
    check(item.condition());
    conditions.add(
        new Sweep.Condition(item.condition(), item.span(), ExpressionText.of(item.condition())));
  }

  private boolean isNumber(Name name) {
    if (!numbers.contains(name.text())) {
      List<String> known = new ArrayList<>(numbers.all().keySet());
      known.addAll(SweptLines.WORDS);
      Names<Span> all = new Names<>("value to sweep", Function.identity(), diagnostics);
      known.forEach(word -> all.declare(new Name(word, name.span()), name.span()));
      all.unknown(name, null);
    }
    return numbers.contains(name.text());
  }

  private void check(Expression number) {
    ExpressionNames.check(number, numbers, diagnostics);
  }
}
