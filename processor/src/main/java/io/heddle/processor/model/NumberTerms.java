package io.heddle.processor.model;

import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Expression.Binary;
import io.heddle.processor.syntax.Expression.Call;
import io.heddle.processor.syntax.Expression.Literal;
import io.heddle.processor.syntax.Expression.Reference;
import io.heddle.processor.syntax.PlanLine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The numbers of a sweep's points as terms over the chosen ones: the same arithmetic as {@link
 * Arithmetic}, without names and findings, for millions of points. What depends on lines that the
 * sweep varies, or on more than is worked out here, has no term.
 */
final class NumberTerms {
  /** Lines of a plan that give names to numbers. */
  private static final Set<PlanLine> WITH_NAMES = EnumSet.of(PlanLine.MESH, PlanLine.VIEW);

  private final Sweep sweep;
  private final List<Sweep.Varied> chosen;

  /** Places of numbers among what is chosen, by their names; -1 of what is not worked out. */
  private final Map<String, Integer> choices = new HashMap<>();

  private final Map<String, Integer> derived = new HashMap<>();
  private final List<Integer> levels = new ArrayList<>();
  private final Map<String, Expression> ofPlan = new HashMap<>();
  private final boolean sizesCluster;
  private final boolean namesStay;

  /** A number. */
  interface Term {
    long value(long[] values) throws NoValueException;
  }

  /** A division leaves a remainder, or 63 bits do not hold a number. */
  static final class NoValueException extends Exception {
    private static final long serialVersionUID = 1L;

    NoValueException() {
      super(null, null, false, false);
    }
  }

  /** A term with the last choice on which it depends. */
  private record Levelled(Term term, int level) implements Term {
    @Override
    public long value(long[] values) throws NoValueException {
      return term.value(values);
    }
  }

  /** There is no such term. */
  private static final class UnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownException() {
      super(null, null, false, false);
    }
  }

  NumberTerms(Sweep sweep) {
    this.sweep = sweep;
    Set<PlanLine> varied = EnumSet.noneOf(PlanLine.class);
    this.chosen = sweep.varied();
    for (int v = 0; v < chosen.size(); v++) {
      Sweep.Choice choice = chosen.get(v).part();
      if (choice instanceof Sweep.Numbers numbers) {
        boolean isPlain = numbers.values().stream().allMatch(Literal.class::isInstance);
        choices.put(numbers.name(), isPlain ? v : -1);
      } else if (choice instanceof Sweep.Lines lines) {
        lines.alternatives().forEach(line -> varied.add(line.line()));
      }
    }
    this.namesStay = Collections.disjoint(varied, WITH_NAMES);
    this.sizesCluster = namesStay && !varied.contains(PlanLine.ON);
    if (namesStay) {
      name(sweep.base());
    }
  }

  /** The numbers of the plan, without those of which two are called the same. */
  private void name(Plan plan) {
    Set<String> taken = new HashSet<>(PipelineSchedule.settingsOfAll());
    for (Model.Parameter parameter : plan.model().parameters()) {
      Expression value = plan.parameters().getOrDefault(parameter.name(), parameter.value());
      name(parameter.name(), value, taken);
    }
    plan.layout().forEach(axis -> name(axis.name(), axis.size(), taken));
    for (Plan.View view : plan.views()) {
      for (Plan.ViewAxis axis : view.to()) {
        Expression size = axis.size();
        if (size != null) {
          name(axis.name(), size, taken);
        }
      }
    }
    if (plan.inference() == null) {
      name(PlanNames.BATCH, plan.batch().batch(), taken);
      name(PlanNames.MICRO_BATCH, plan.batch().microBatch(), taken);
    }
  }

  private void name(String name, Expression value, Set<String> taken) {
    if (taken.add(name)) {
      ofPlan.put(name, value);
    } else {
      ofPlan.remove(name);
    }
  }

  /** The last choice on which a term depends; -1 if it depends on none. */
  int level(Term term) {
    return ((Levelled) term).level();
  }

  /** A number that follows, in order; those before it have been asked for. */
  Optional<Term> derived(int number) {
    Sweep.Derived one = sweep.derived().get(number);
    Optional<Term> term = term(one.value());
    levels.add(term.map(this::level).orElse(Integer.MAX_VALUE));
    derived.put(one.name(), number);
    return term;
  }

  /** A condition, when all numbers that follow have been asked for. */
  Optional<Term> condition(Expression condition) {
    return term(condition);
  }

  /** Whether all axes together are as many ranks as the cluster has. */
  Optional<Term> meshFillsCluster() {
    if (!sizesCluster) {
      return Optional.empty();
    }
    try {
      Plan plan = sweep.base();
      Scope scope = new Scope();
      Levelled ranks = ranks(scope);
      List<Levelled> sizes = new ArrayList<>();
      for (ParametricCluster.Network network : plan.cluster().networks()) {
        sizes.add(new ClusterScope(scope, plan).compile(network.size()));
      }
      Levelled places = product(sizes);
      return Optional.of(
          new Levelled(
              values -> ranks.value(values) == places.value(values) ? 1 : 0,
              Math.max(ranks.level(), places.level())));
    } catch (UnknownException e) {
      return Optional.empty();
    }
  }

  private Levelled ranks(Scope scope) {
    return product(sweep.base().layout().stream().map(axis -> scope.name(axis.name())).toList());
  }

  private static Levelled product(List<Levelled> factors) {
    return new Levelled(
        values -> {
          long product = 1;
          for (Levelled factor : factors) {
            product = multiplied(product, factor.value(values));
          }
          return product;
        },
        factors.stream().mapToInt(Levelled::level).max().orElse(-1));
  }

  private Optional<Term> term(Expression expression) {
    try {
      return Optional.of(new Scope().compile(expression));
    } catch (UnknownException e) {
      return Optional.empty();
    }
  }

  /** Makes terms of expressions; what names mean. */
  private abstract static class Compiler {
    abstract Levelled name(String name);

    Levelled compile(Expression expression) {
      if (expression instanceof Literal literal) {
        long value = literal.value();
        return new Levelled(values -> value, -1);
      }
      if (expression instanceof Reference reference) {
        return name(reference.name().text());
      }
      if (expression instanceof Call call) {
        return call(call);
      }
      Binary binary = (Binary) expression;
      Levelled left = compile(binary.left());
      Levelled right = compile(binary.right());
      Expression.Operator operator = binary.operator();
      return new Levelled(
          values -> apply(operator, left.value(values), right.value(values)),
          Math.max(left.level(), right.level()));
    }

    private Levelled call(Call call) {
      List<Levelled> arguments = call.arguments().stream().map(this::compile).toList();
      int level = arguments.stream().mapToInt(Levelled::level).max().orElse(-1);
      String function = call.function().text();
      return new Levelled(
          values -> {
            long result = arguments.get(0).value(values);
            for (int i = 1; i < arguments.size(); i++) {
              result = apply(function, result, arguments.get(i).value(values));
            }
            return result;
          },
          level);
    }
  }

  /** What names mean in the lines of the sweep. */
  private final class Scope extends Compiler {
    private final Set<String> open = new HashSet<>();

    /** Whether the sweep gives a name its value. */
    boolean isVaried(String name) {
      return derived.containsKey(name) || choices.containsKey(name);
    }

    @Override
    Levelled name(String name) {
      Integer known = derived.get(name);
      if (known != null) {
        int slot = chosen.size() + known;
        int level = levels.get(known);
        if (level == Integer.MAX_VALUE) {
          throw new UnknownException();
        }
        return new Levelled(values -> values[slot], level);
      }
      Integer choice = choices.get(name);
      if (choice != null) {
        if (choice < 0) {
          throw new UnknownException();
        }
        int slot = choice;
        return new Levelled(values -> values[slot], chosen.get(slot).of());
      }
      if (name.equals(PointNames.RANKS) && namesStay && !ofPlan.containsKey(name)) {
        return ranks(this);
      }
      Expression value = ofPlan.get(name);
      if (value == null || !open.add(name)) {
        throw new UnknownException();
      }
      Levelled term = compile(value);
      open.remove(name);
      return term;
    }
  }

  /** What names mean in the networks of a cluster. */
  private static final class ClusterScope extends Compiler {
    private final Scope scope;
    private final Plan plan;
    private final PlanNames names;
    private final Set<String> open = new HashSet<>();

    ClusterScope(Scope scope, Plan plan) {
      this.scope = scope;
      this.plan = plan;
      this.names = PlanNames.of(plan);
    }

    @Override
    Levelled name(String name) {
      boolean isVaried = scope.isVaried(name);
      if (isVaried && names.isOfCluster(name)) {
        return scope.name(name);
      }
      for (ParametricCluster.Parameter parameter : plan.cluster().parameters()) {
        if (parameter.name().equals(name) && !isVaried && open.add(name)) {
          Levelled term =
              parameter.isGiven() ? scope.compile(parameter.value()) : compile(parameter.value());
          open.remove(name);
          return term;
        }
      }
      throw new UnknownException();
    }
  }

  private static long apply(String function, long a, long b) throws NoValueException {
    return switch (function) {
      case "min" -> Math.min(a, b);
      case "max" -> Math.max(a, b);
      case "gcd" -> gcd(a, b);
      default -> -Math.floorDiv(-a, positive(b));
    };
  }

  private static long gcd(long a, long b) {
    return b == 0 ? Math.abs(a) : gcd(b, a % b);
  }

  private static long positive(long divisor) throws NoValueException {
    if (divisor <= 0) {
      throw new NoValueException();
    }
    return divisor;
  }

  private static long apply(Expression.Operator operator, long a, long b) throws NoValueException {
    return switch (operator) {
      case OR -> truth(a != 0 || b != 0);
      case AND -> truth(a != 0 && b != 0);
      case EQUAL -> truth(a == b);
      case NOT_EQUAL -> truth(a != b);
      case LESS -> truth(a < b);
      case LESS_EQUAL -> truth(a <= b);
      case GREATER -> truth(a > b);
      case GREATER_EQUAL -> truth(a >= b);
      case ADD -> exact(() -> Math.addExact(a, b));
      case SUBTRACT -> exact(() -> Math.subtractExact(a, b));
      case MULTIPLY -> multiplied(a, b);
      case DIVIDE -> divided(a, b);
      case REMAINDER -> a % nonZero(b);
    };
  }

  private static long divided(long a, long b) throws NoValueException {
    if (a % nonZero(b) != 0) {
      throw new NoValueException();
    }
    return a / b;
  }

  private static long nonZero(long divisor) throws NoValueException {
    if (divisor == 0) {
      throw new NoValueException();
    }
    return divisor;
  }

  private static long multiplied(long a, long b) throws NoValueException {
    return exact(() -> Math.multiplyExact(a, b));
  }

  private static long exact(java.util.function.LongSupplier sum) throws NoValueException {
    try {
      return sum.getAsLong();
    } catch (ArithmeticException e) {
      throw new NoValueException();
    }
  }

  private static long truth(boolean value) {
    return value ? 1 : 0;
  }
}
