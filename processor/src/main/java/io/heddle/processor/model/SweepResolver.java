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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Resolves the names of a sweep. */
final class SweepResolver {
  /** More points than this are taken for a slip. */
  private static final long MOST_POINTS = 1_000_000_000;

  /** Of a search, which passes over most of them. */
  private static final long MOST_POINTS_OF_SEARCH = 1L << 40;

  /** In place of values. */
  private static final String ANY = "any";

  private static final String AXIS_OR_PARAMETER = "axis or parameter";

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

  /** What numbers that follow may name: those of the plan, and those that the sweep has named. */
  private final Names<Span> inNumbers;

  /** What conditions may name: of a point as well. */
  private final Names<Span> inConditions;

  /** Names of a point that want its memory. */
  private final Set<String> ofMemory = new HashSet<>();

  /** The cases that name the same, by what they name. */
  private final Map<Set<String>, List<SweepItem.Case>> casesByNames = new HashMap<>();

  /** The last line that uses a name. */
  private final Map<String, Integer> usedBehind = new HashMap<>();

  /** The line that is read. */
  private int place;

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
    this.numbers = new Names<>(AXIS_OR_PARAMETER, Function.identity(), diagnostics);
    this.swept = new Names<>("swept value", Function.identity(), diagnostics);
    PlanNames.of(base).all().forEach(name -> declare(name, base.span()));
    // Some alternative of `schedule` may have them.
    PipelineSchedule.settingsOfAll().forEach(name -> declare(name, base.span()));
    this.inNumbers = new Names<>(AXIS_OR_PARAMETER, Function.identity(), diagnostics);
    this.inConditions = new Names<>("number", Function.identity(), diagnostics);
    this.ofMemory.addAll(PointNames.OF_MEMORY);
    numbers.all().forEach((name, span) -> name(new Name(name, span)));
    for (String name : PointNames.ALL.stream().sorted().toList()) {
      if (!inConditions.contains(name)) {
        inConditions.declare(new Name(name, base.span()), base.span());
      }
    }
    look();
  }

  /** What the lines say of each other, looked at once. */
  private void look() {
    for (int i = 0; i < syntax.items().size(); i++) {
      SweepItem item = syntax.items().get(i);
      if (item instanceof SweepItem.Case one) {
        casesByNames.computeIfAbsent(names(one), unused -> new ArrayList<>()).add(one);
      }
      Expression said =
          item instanceof SweepItem.Derived number
              ? number.value()
              : item instanceof SweepItem.Condition condition ? condition.condition() : null;
      if (said != null) {
        for (String name : ExpressionNames.in(said)) {
          usedBehind.put(name, i);
        }
      }
    }
  }

  /** Makes a name known to the lines that follow. */
  private void name(Name name) {
    for (Names<Span> known : List.of(inNumbers, inConditions)) {
      if (!known.contains(name.text())) {
        known.declare(name, name.span());
      }
    }
    ofMemory.remove(name.text());
  }

  private void declare(String name, Span span) {
    if (!numbers.contains(name)) {
      numbers.declare(new Name(name, span), span);
    }
  }

  /** The sweep; empty after findings. */
  Optional<Sweep> resolve() {
    for (place = 0; place < syntax.items().size(); place++) {
      SweepItem item = syntax.items().get(place);
      if (item instanceof SweepItem.Swept line) {
        swept(line, true).ifPresent(choices::add);
      } else if (item instanceof SweepItem.Case one) {
        cases(one);
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

  /**
   * What a line takes; empty after findings.
   *
   * @param canBeAny whether {@code any} stands for all values
   */
  private Optional<Sweep.Choice> swept(SweepItem.Swept item, boolean canBeAny) {
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
      return numbers(item.name(), values, canBeAny);
    }
    // Lines are named, and some of them cannot be read as such.
    values.forEach(value -> diagnostics.addAll(value.otherwise()));
    swept.declare(item.name(), item.name().span());
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(new Sweep.Lines(item.name().text(), lines));
  }

  /** Takes all cases that name what this one does, at the first of them. */
  private void cases(SweepItem.Case first) {
    List<SweepItem.Case> like = casesByNames.get(names(first));
    if (!like.get(0).equals(first)) {
      return;
    }
    Map<String, List<SweepItem.Alternative>> alternatives = new LinkedHashMap<>();
    for (SweepItem.Case one : like) {
      for (SweepItem.Swept part :
          new NamedArguments("value", "case", List.copyOf(names(one)), diagnostics)
              .read(one.together(), SweepItem.Swept::name)
              .values()) {
        alternatives
            .computeIfAbsent(part.name().text(), unused -> new ArrayList<>())
            .addAll(part.alternatives());
      }
    }
    List<Sweep.Choice> parts = new ArrayList<>();
    for (SweepItem.Swept part : first.together()) {
      List<SweepItem.Alternative> all = alternatives.remove(part.name().text());
      if (all != null) {
        swept(new SweepItem.Swept(part.name(), all, part.span()), false).ifPresent(parts::add);
      }
    }
    // A part lacks cases that could not be read, which is a finding already.
    if (parts.stream().allMatch(part -> part.size() == like.size())) {
      choices.add(new Sweep.Cases(parts));
    }
  }

  private static Set<String> names(SweepItem.Case one) {
    return one.together().stream().map(part -> part.name().text()).collect(Collectors.toSet());
  }

  private Optional<Sweep.Choice> numbers(
      Name name, List<PlanChange.Value> values, boolean canBeAny) {
    List<Diagnostic> otherwise = values.get(0).otherwise();
    if (!numbers.contains(name.text()) && !otherwise.isEmpty()) {
      diagnostics.addAll(otherwise);
    } else if (isNumber(name)) {
      swept.declare(name, name.span());
      List<Expression> expressions =
          canBeAny && isAny(values)
              ? any(name, values.get(0).value().span())
              : values.stream().map(PlanChange.Value::value).toList();
      expressions.forEach(this::check);
      if (!expressions.isEmpty()) {
        return Optional.of(new Sweep.Numbers(name.text(), expressions));
      }
    }
    return Optional.empty();
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
    Map<String, List<SweepItem.Alternative>> written = new HashMap<>();
    Set<String> following = new HashSet<>();
    for (SweepItem item : syntax.items()) {
      List<SweepItem.Swept> lines =
          item instanceof SweepItem.Swept line
              ? List.of(line)
              : item instanceof SweepItem.Case one ? one.together() : List.of();
      for (SweepItem.Swept line : lines) {
        written
            .computeIfAbsent(line.name().text(), unused -> new ArrayList<>())
            .addAll(line.alternatives());
      }
      if (item instanceof SweepItem.Derived number) {
        following.add(number.name().text());
      }
    }
    Map<String, List<Long>> values = new HashMap<>();
    written.forEach((name, alternatives) -> values.put(name, literals(alternatives)));
    following.forEach(name -> values.put(name, List.of()));
    return values;
  }

  /** Values that are all written as numbers; else none. */
  private static List<Long> literals(List<SweepItem.Alternative> alternatives) {
    List<Long> values = new ArrayList<>();
    for (SweepItem.Alternative alternative : alternatives) {
      if (alternative.change() instanceof PlanChange.Value value
          && value.value() instanceof Expression.Literal literal) {
        values.add(literal.value());
      }
    }
    return values.size() == alternatives.size() ? values : List.of();
  }

  private void derived(SweepItem.Derived item) {
    boolean isOfPlan = numbers.contains(item.name().text());
    // A name that the plan has not and nobody uses is a slip.
    if (isOfPlan || isUsedBehind(item) || isNumber(item.name())) {
      swept.declare(item.name(), item.name().span());
      ExpressionNames.check(item.value(), inNumbers, diagnostics);
      derived.add(new Sweep.Derived(item.name().text(), item.value(), isOfPlan, item.span()));
      if (!isOfPlan) {
        name(item.name());
      }
    }
  }

  private boolean isUsedBehind(SweepItem.Derived item) {
    return usedBehind.getOrDefault(item.name().text(), -1) > place;
  }

  private void condition(SweepItem.Condition item) {
    ExpressionNames.check(item.condition(), inConditions, diagnostics);
    checkTruth(item.condition());
    conditions.add(
        new Sweep.Condition(
            item.condition(),
            item.span(),
            ExpressionText.of(item.condition()),
            !Collections.disjoint(ExpressionNames.in(item.condition()), ofMemory)));
  }

  /** Finds numbers in place of conditions: one alone would be true wherever it is not 0. */
  private void checkTruth(Expression condition) {
    if (condition instanceof Expression.Binary binary && binary.operator().joinsConditions()) {
      checkTruth(binary.left());
      checkTruth(binary.right());
    } else if (!isTruth(condition)) {
      String number = ExpressionText.of(condition);
      diagnostics
          .report(Code.NOT_A_CONDITION, condition.span(), number)
          .help("compare it: `%s == 1`".formatted(number))
          .add();
    }
  }

  private boolean isTruth(Expression expression) {
    if (expression instanceof Expression.Reference reference) {
      String name = reference.name().text();
      return !inConditions.contains(name)
          || PointNames.FITS.equals(name)
          || derived.stream().anyMatch(one -> one.name().equals(name) && isTruth(one.value()));
    }
    return expression instanceof Expression.Binary binary && binary.operator().isCondition();
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
