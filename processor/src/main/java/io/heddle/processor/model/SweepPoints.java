package io.heddle.processor.model;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Sweep.Choice;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Works out the points of a sweep, each from its number alone. Any thread may ask. */
public final class SweepPoints {
  private final Sweep sweep;

  public SweepPoints(Sweep sweep) {
    this.sweep = sweep;
  }

  /**
   * A point.
   *
   * @param point without the values that could not be worked out
   * @param reason why it is dropped; empty if it is kept
   */
  public record Candidate(SweepPoint point, Optional<String> reason) {}

  /**
   * The lines of a point.
   *
   * @param number from 0 to {@link Sweep#size} - 1
   */
  public List<PlanChange.Line> lines(long number) {
    List<PlanChange.Line> lines = new ArrayList<>();
    forEach(
        number,
        (choice, index) -> {
          if (choice instanceof Sweep.Lines swept) {
            lines.add(swept.alternatives().get(index));
          }
        });
    return lines;
  }

  /**
   * The point of a number.
   *
   * @param number from 0 to {@link Sweep#size} - 1
   * @param plan with the lines of the point
   */
  public Candidate candidate(long number, Plan plan) {
    return new Evaluation(plan).run(number);
  }

  /** Whether some condition asks for what a rank holds. */
  public boolean askForMemory() {
    return sweep.conditions().stream().anyMatch(Sweep.Condition::ofMemory);
  }

  /**
   * Why a point is dropped for what its ranks hold; empty if it is not.
   *
   * @param peak bytes of the stage that holds most; empty where it is not known
   * @param capacity of the device, bytes
   */
  public Optional<String> reasonOfMemory(long number, Plan plan, OptionalLong peak, long capacity) {
    Map<String, Long> ofMemory = new HashMap<>();
    ofMemory.put(PointNames.FITS, peak.orElse(0) <= capacity ? 1L : 0L);
    peak.ifPresent(bytes -> ofMemory.put(PointNames.MEMORY, bytes));
    Evaluation evaluation = new Evaluation(plan);
    evaluation.run(number);
    return evaluation.conditions(true, ofMemory);
  }

  /** Takes one of the alternatives of a choice. */
  private interface Taker {
    void take(Choice choice, int index);
  }

  private void forEach(long number, Taker taker) {
    long rest = number;
    long combinations = sweep.size();
    for (Choice choice : sweep.choices()) {
      combinations /= choice.size();
      int index = (int) (rest / combinations);
      choice.parts().forEach(part -> taker.take(part, index));
      rest %= combinations;
    }
  }

  private final class Evaluation {
    private final Plan plan;
    private final Diagnostics findings = new Diagnostics();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private final Map<String, Long> ofSweep = new HashMap<>();
    private final List<PlanChange> changes = new ArrayList<>();

    Evaluation(Plan plan) {
      this.plan = plan;
    }

    Candidate run(long number) {
      forEach(number, this::choose);
      sweep
          .derived()
          .forEach(
              derived -> {
                if (derived.isOfPlan()) {
                  number(derived.name(), derived.value(), derived.value().span());
                } else {
                  value(derived.value()).ifPresent(value -> ofSweep.put(derived.name(), value));
                }
              });
      Optional<String> reason =
          findings.all().stream().findFirst().map(finding -> finding.message());
      if (reason.isEmpty()) {
        reason = conditions(false, Map.of());
      }
      return new Candidate(new SweepPoint(values, new PlanChanges(changes)), reason);
    }

    private void choose(Choice choice, int index) {
      if (choice instanceof Sweep.Numbers swept) {
        Expression value = swept.values().get(index);
        number(swept.name(), value, value.span());
      } else if (choice instanceof Sweep.Lines swept) {
        PlanChange.Line line = swept.alternatives().get(index);
        values.put(swept.name(), line.text());
        changes.add(line);
      }
    }

    private void number(String name, Expression value, Span span) {
      value(value)
          .ifPresent(
              result -> {
                numbers.put(name, result);
                values.put(name, Long.toString(result));
                changes.add(PlanChange.Value.of(name, result, span));
              });
    }

    private Optional<Long> value(Expression expression) {
      return new Arithmetic(known(ExpressionNames.in(expression)), findings).evaluate(expression);
    }

    private Optional<String> conditions(boolean ofMemory, Map<String, Long> more) {
      Map<String, Long> known = new HashMap<>(more);
      if (!sweep.conditions().isEmpty()) {
        known.putAll(known());
      }
      for (Sweep.Condition condition : sweep.conditions()) {
        if (condition.ofMemory() != ofMemory) {
          continue;
        }
        Optional<Long> value = new Arithmetic(known, findings).evaluate(condition.condition());
        if (value.isEmpty()) {
          return Optional.of(
              findings.all().isEmpty()
                  ? "`%s` has no value here".formatted(condition.text())
                  : findings.all().get(0).message());
        }
        if (value.get() == 0) {
          return Optional.of("not kept: `%s` is false".formatted(condition.text()));
        }
      }
      return Optional.empty();
    }

    /** At least those of the names that are known; what was found so far is at hand. */
    private Map<String, Long> known(Set<String> names) {
      return !names.isEmpty() && ofSweep.isEmpty() && numbers.keySet().containsAll(names)
          ? numbers
          : names.isEmpty() ? Map.of() : known();
    }

    /** The numbers of the plan where those found so far replace its own. */
    private Map<String, Long> known() {
      Map<String, Long> known = new HashMap<>(KnownNumbers.of(plan, numbers));
      known.putAll(ofSweep);
      return known;
    }
  }
}
