package io.heddle.processor.model;

import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ExpressionText;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanLine;
import io.heddle.processor.syntax.SweepItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Resolves the names of a sweep. */
final class SweepResolver {
  /** More points than this are taken for a slip. */
  private static final long MOST_POINTS = 1_000_000_000;

  /** Of a search, which passes over most of them. */
  private static final long MOST_POINTS_OF_SEARCH = 1L << 40;

  /** In place of values. */
  private static final String ANY = "any";

  private final Declaration.Sweep syntax;
  private final Declaration.Plan plan;
  private final Plan base;
  private final Diagnostics diagnostics;
  private final long mostPoints;

  /** What the plan has numbers for. */
  private final Names<Span> numbers;

  private final Names<Span> swept;
  private final List<Sweep.Choice> choices = new ArrayList<>();
  private final List<Sweep.Derived> derived = new ArrayList<>();
  private final List<Sweep.Condition> conditions = new ArrayList<>();

  SweepResolver(
      Declaration.Sweep syntax,
      Declaration.Plan plan,
      Plan base,
      boolean isOfSearch,
      Diagnostics diagnostics) {
    this.syntax = syntax;
    this.base = base;
    this.plan = plan;
    this.diagnostics = diagnostics;
    this.mostPoints = isOfSearch ? MOST_POINTS_OF_SEARCH : MOST_POINTS;
    this.numbers = new Names<>("axis or parameter", Function.identity(), diagnostics);
    this.swept = new Names<>("swept value", Function.identity(), diagnostics);
    PlanNames.of(base).all().forEach(name -> declare(name, base.span()));
    // Some alternative of `schedule` may have them.
    PipelineSchedule.settingsOfAll().forEach(name -> declare(name, base.span()));
  }

  private void declare(String name, Span span) {
    if (!numbers.contains(name)) {
      numbers.declare(new Name(name, span), span);
    }
  }

  /** The sweep; empty after findings. */
  Optional<Sweep> resolve() {
    for (SweepItem item : syntax.items()) {
      if (item instanceof SweepItem.Swept line) {
        swept(line);
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
    if (sweep.size() > mostPoints) {
      diagnostics
          .report(Code.TOO_MANY_POINTS, sweep.span(), sweep.name(), sweep.size(), mostPoints)
          .help("sweep fewer values, or let some follow from others: `dp = 64 / (tp * pp)`")
          .add();
    }
    return diagnostics.hasErrors() ? Optional.empty() : Optional.of(sweep);
  }

  private void swept(SweepItem.Swept item) {
    List<PlanChange.Line> lines = new ArrayList<>();
    List<PlanChange.Value> values = new ArrayList<>();
    for (SweepItem.Alternative alternative : item.alternatives()) {
      if (alternative.change() instanceof PlanChange.Line line) {
        lines.add(alternative.isWord() ? SweptWord.of(line, plan) : line);
      } else {
        values.add((PlanChange.Value) alternative.change());
      }
    }
    if (lines.isEmpty() && !values.isEmpty()) {
      numbers(item.name(), values);
      return;
    }
    // Lines are named, and some of them cannot be read as such.
    values.forEach(value -> diagnostics.addAll(value.otherwise()));
    swept.declare(item.name(), item.name().span());
    if (!lines.isEmpty()) {
      choices.add(new Sweep.Lines(item.name().text(), lines));
    }
  }

  private void numbers(Name name, List<PlanChange.Value> values) {
    List<Diagnostic> otherwise = values.get(0).otherwise();
    if (!numbers.contains(name.text()) && !otherwise.isEmpty()) {
      diagnostics.addAll(otherwise);
    } else if (isNumber(name)) {
      swept.declare(name, name.span());
      List<Expression> expressions =
          isAny(values)
              ? any(name, values.get(0).value().span())
              : values.stream().map(PlanChange.Value::value).toList();
      if (expressions.isEmpty()) {
        return;
      }
      expressions.forEach(this::check);
      choices.add(new Sweep.Numbers(name.text(), expressions));
    }
  }

  private boolean isAny(List<PlanChange.Value> values) {
    return values.size() == 1
        && values.get(0).value() instanceof Expression.Reference reference
        && reference.name().text().equals(ANY)
        && !numbers.contains(ANY);
  }

  /** All values that a number can take; none after a finding. */
  private List<Expression> any(Name name, Span span) {
    AnyValues all = new AnyValues(base, writtenValues());
    boolean has = all.has(name.text());
    List<Expression> values = has ? all.of(name.text(), span) : List.of();
    if (values.isEmpty()) {
      String why =
          !has
              ? "it is no axis, and not `micro_batch`"
              : name.text().equals(PlanNames.MICRO_BATCH)
                  ? "the batch follows from other numbers, or has too many divisors"
                  : "the size of cluster `%s` follows the mesh or other numbers, or has too many divisors"
                      .formatted(base.cluster().name());
      diagnostics
          .report(Code.NO_VALUES, span, name, why)
          .help("write the values: `%s in 1, 2, 4, 8`".formatted(name))
          .add();
    }
    return values;
  }

  /**
   * The values of the numbers that are varied, by their names; none of one that follows from
   * others.
   */
  private Map<String, List<Long>> writtenValues() {
    Map<String, List<Long>> written = new HashMap<>();
    for (SweepItem item : syntax.items()) {
      if (item instanceof SweepItem.Swept line) {
        List<Long> values = new ArrayList<>();
        for (SweepItem.Alternative alternative : line.alternatives()) {
          if (alternative.change() instanceof PlanChange.Value value
              && value.value() instanceof Expression.Literal literal) {
            values.add(literal.value());
          }
        }
        boolean isWhole = values.size() == line.alternatives().size();
        written.put(line.name().text(), isWhole ? values : List.of());
      } else if (item instanceof SweepItem.Derived number) {
        written.put(number.name().text(), List.of());
      }
    }
    return written;
  }

  private void derived(SweepItem.Derived item) {
    if (isNumber(item.name())) {
      swept.declare(item.name(), item.name().span());
      check(item.value());
      derived.add(new Sweep.Derived(item.name().text(), item.value(), item.span()));
    }
  }

  private void condition(SweepItem.Condition item) {
    Names<Span> known = new Names<>("number", Function.identity(), diagnostics);
    numbers.all().forEach((name, span) -> known.declare(new Name(name, span), span));
    Set<String> ofMemory = new HashSet<>(PointNames.OF_MEMORY);
    for (String name : PointNames.ALL.stream().sorted().toList()) {
      if (known.contains(name)) {
        ofMemory.remove(name);
      } else {
        known.declare(new Name(name, item.span()), item.span());
      }
    }
    ExpressionNames.check(item.condition(), known, diagnostics);
    conditions.add(
        new Sweep.Condition(
            item.condition(),
            item.span(),
            ExpressionText.of(item.condition()),
            !Collections.disjoint(ExpressionNames.in(item.condition()), ofMemory)));
  }

  private boolean isNumber(Name name) {
    if (!numbers.contains(name.text())) {
      List<String> known = new ArrayList<>(numbers.all().keySet());
      known.addAll(PlanLine.keywords());
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
