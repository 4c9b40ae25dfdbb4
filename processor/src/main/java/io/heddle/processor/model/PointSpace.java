package io.heddle.processor.model;

import io.heddle.processor.model.NumberTerms.NoValueException;
import io.heddle.processor.model.NumberTerms.Term;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ExpressionText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The points of a sweep as a list that nobody holds: a point is its number. Those that the chosen
 * numbers alone rule out are passed over in blocks, without a plan: where {@code tp * pp <= 64} is
 * false, it is so whatever is chosen behind {@code tp} and {@code pp}. Any thread may ask.
 */
public final class PointSpace {
  private final Sweep sweep;

  /** How many points share the alternatives of a choice and of those before it. */
  private final long[] strides;

  private final List<Sweep.Varied> varied;
  private final List<Rule> rules;
  private final int slots;

  /** The points of a sweep. */
  public PointSpace(Sweep sweep) {
    this.sweep = sweep;
    this.strides = new long[sweep.choices().size()];
    long stride = 1;
    for (int c = strides.length - 1; c >= 0; c--) {
      strides[c] = stride;
      stride = saturated(stride, sweep.choices().get(c).size());
    }
    this.varied = sweep.varied();
    this.slots = varied.size() + sweep.derived().size();
    this.rules = rules();
  }

  /**
   * Points of which the numbers alone say that they are dropped.
   *
   * @param reason why, the same text for all that are dropped for the same line
   * @param end number of the first point behind them
   */
  public record Excluded(String reason, long end) {}

  /**
   * What must hold of a point.
   *
   * @param level the last choice on which it depends; -1 if it depends on none
   * @param slot where its value goes, as a number that others name; negative if it is a condition
   */
  private record Rule(Term term, int level, int slot, String reason) {}

  /** How many points there are, at most 2^63 - 1. */
  public long size() {
    return sweep.size();
  }

  /** Which alternative of a choice a point takes. */
  public int alternative(long number, int choice) {
    return (int) (number / strides[choice] % sweep.choices().get(choice).size());
  }

  /** The point that takes another alternative of one choice. */
  public long with(long number, int choice, int alternative) {
    return number + (alternative - alternative(number, choice)) * strides[choice];
  }

  /**
   * Why a point and perhaps those behind it are dropped; empty if the numbers alone do not say so.
   *
   * @param number from 0 to {@link #size} - 1
   */
  public Optional<Excluded> excluded(long number) {
    long[] values = new long[slots];
    for (int v = 0; v < varied.size(); v++) {
      if (varied.get(v).part() instanceof Sweep.Numbers numbers
          && numbers.values().get(alternative(number, varied.get(v).of()))
              instanceof Expression.Literal literal) {
        values[v] = literal.value();
      }
    }
    for (Rule rule : rules) {
      if (!holds(rule, values)) {
        return Optional.of(new Excluded(rule.reason(), end(number, rule.level())));
      }
    }
    return Optional.empty();
  }

  /**
   * The first point from a number on that the numbers alone do not rule out; {@link #size} if there
   * is none.
   */
  public long next(long from) {
    long number = from;
    while (number < size()) {
      Optional<Excluded> excluded = excluded(number);
      if (excluded.isEmpty()) {
        return number;
      }
      number = excluded.get().end();
    }
    return size();
  }

  private static boolean holds(Rule rule, long[] values) {
    try {
      long value = rule.term().value(values);
      if (rule.slot() >= 0) {
        values[rule.slot()] = value;
        return true;
      }
      return value != 0;
    } catch (NoValueException e) {
      return false;
    }
  }

  /** The first point behind all that share the choices up to a level. */
  private long end(long number, int level) {
    if (level < 0) {
      return size();
    }
    long begin = number - number % strides[level];
    return begin > Long.MAX_VALUE - strides[level] ? size() : begin + strides[level];
  }

  /**
   * Those that can be worked out from the numbers alone; each behind those whose values it uses.
   */
  private List<Rule> rules() {
    NumberTerms terms = new NumberTerms(sweep);
    List<Rule> found = new ArrayList<>();
    for (int d = 0; d < sweep.derived().size(); d++) {
      Sweep.Derived derived = sweep.derived().get(d);
      int slot = varied.size() + d;
      String reason =
          "`%s = %s` has no value".formatted(derived.name(), ExpressionText.of(derived.value()));
      terms
          .derived(d)
          .ifPresent(term -> found.add(new Rule(term, terms.level(term), slot, reason)));
    }
    for (Sweep.Condition condition : sweep.conditions()) {
      String reason = "not kept: `%s` is false".formatted(condition.text());
      terms
          .condition(condition.condition())
          .ifPresent(term -> found.add(new Rule(term, terms.level(term), -1, reason)));
    }
    terms
        .meshFillsCluster()
        .ifPresent(
            term ->
                found.add(
                    new Rule(term, terms.level(term), -1, "the mesh does not fill the cluster")));
    found.sort(Comparator.comparingInt(Rule::level));
    return found;
  }

  private static long saturated(long a, long b) {
    return a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }
}
