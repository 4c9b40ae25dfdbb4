package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.util.ArrayList;
import java.util.List;

/**
 * Many plans made of one: every combination of one alternative of each choice is a point.
 *
 * @param base the plan that the points vary
 * @param choices in order; the last varies fastest
 * @param derived numbers that follow from those chosen, in order
 * @param conditions what must be true of a point that is kept
 */
public record Sweep(
    String name,
    String documentation,
    Plan base,
    List<Choice> choices,
    List<Derived> derived,
    List<Condition> conditions,
    Span span) {

  /** A line of the sweep of which each point takes one alternative. */
  public sealed interface Choice {
    /** What is chosen, such as {@code tp} or {@code layout}. */
    String name();

    /** How many alternatives there are, at least one. */
    int size();

    /** What is chosen with one number: the choice itself, or those of its cases. */
    default List<Choice> parts() {
      return List.of(this);
    }
  }

  /** Numbers for an axis, a parameter, {@code batch} or {@code micro_batch}. */
  public record Numbers(String name, List<Expression> values) implements Choice {
    @Override
    public int size() {
      return values.size();
    }
  }

  /** Lines of the plan. */
  public record Lines(String name, List<PlanChange.Line> alternatives) implements Choice {
    @Override
    public int size() {
      return alternatives.size();
    }
  }

  /**
   * Numbers and lines of which a point takes those of one case.
   *
   * @param parts each with as many alternatives as there are cases
   */
  public record Cases(List<Choice> parts) implements Choice {
    /** Of all parts, such as {@code tp, schedule}. */
    @Override
    public String name() {
      return String.join(", ", parts.stream().map(Choice::name).toList());
    }

    @Override
    public int size() {
      return parts.get(0).size();
    }
  }

  /**
   * {@code dp = 64 / (tp * pp)}.
   *
   * @param isOfPlan whether the plan has such a number; else the sweep alone knows the name
   */
  public record Derived(String name, Expression value, boolean isOfPlan, Span span) {}

  /**
   * A choice, or a part of one.
   *
   * @param of number of the choice among all
   */
  public record Varied(int of, Choice part) {}

  /** All choices by their parts, in order. */
  public List<Varied> varied() {
    List<Varied> all = new ArrayList<>();
    for (int c = 0; c < choices.size(); c++) {
      for (Choice part : choices.get(c).parts()) {
        all.add(new Varied(c, part));
      }
    }
    return all;
  }

  /**
   * {@code keep when tp * pp <= 64}.
   *
   * @param text as written
   * @param ofMemory whether it asks for what a rank holds, which takes a program to be known
   */
  public record Condition(Expression condition, Span span, String text, boolean ofMemory) {}

  /** How many points there are before any is dropped; at most 2^63 - 1. */
  public long size() {
    long size = 1;
    for (Choice choice : choices) {
      size = size > Long.MAX_VALUE / choice.size() ? Long.MAX_VALUE : size * choice.size();
    }
    return size;
  }
}
