package io.heddle.processor.model;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Sweep.Alternative;
import io.heddle.processor.model.Sweep.Choice;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
   * The point of a number.
   *
   * @param number from 0 to {@link Sweep#size} - 1
   */
  public Candidate candidate(long number) {
    return new Evaluation().run(number);
  }

  private final class Evaluation {
    private final Diagnostics findings = new Diagnostics();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private final List<Alternative> lines = new ArrayList<>();

    Candidate run(long number) {
      long rest = number;
      long combinations = sweep.size();
      for (Choice choice : sweep.choices()) {
        combinations /= choice.size();
        choose(choice, (int) (rest / combinations));
        rest %= combinations;
      }
      sweep.derived().forEach(derived -> number(derived.name(), derived.value()));
      Optional<String> reason =
          findings.all().stream().findFirst().map(finding -> finding.message());
      if (reason.isEmpty()) {
        reason = conditions();
      }
      return new Candidate(new SweepPoint(values, numbers, lines), reason);
    }

    private void choose(Choice choice, int index) {
      if (choice instanceof Sweep.Numbers swept) {
        number(swept.name(), swept.values().get(index));
      } else if (choice instanceof Sweep.Lines swept) {
        Alternative line = swept.alternatives().get(index);
        values.put(swept.name(), line.text());
        lines.add(line);
      }
    }

    private void number(String name, Expression value) {
      new Arithmetic(known(), findings)
          .evaluate(value)
          .ifPresent(
              result -> {
                numbers.put(name, result);
                values.put(name, Long.toString(result));
              });
    }

    private Optional<String> conditions() {
      Map<String, Long> known = known();
      for (Sweep.Condition condition : sweep.conditions()) {
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

    /** The numbers of the plan where those found so far replace its own. */
    private Map<String, Long> known() {
      Map<String, Long> parameters = new LinkedHashMap<>();
      for (Model.Parameter parameter : sweep.base().model().parameters()) {
        put(parameters, parameter.name(), parameter.value());
      }
      Map<String, Long> axes = new LinkedHashMap<>();
      for (Plan.MeshAxis axis : sweep.base().layout()) {
        put(axes, axis.name(), axis.size());
      }
      put(axes, SweepResolver.BATCH, sweep.base().batch().batch());
      put(axes, SweepResolver.MICRO_BATCH, sweep.base().batch().microBatch());
      parameters.putAll(axes);
      return parameters;
    }

    /** What cannot be worked out yet is left out: it may depend on a number that is derived. */
    private void put(Map<String, Long> known, String name, Expression value) {
      Optional<Long> result =
          numbers.containsKey(name)
              ? Optional.of(numbers.get(name))
              : new Arithmetic(known, new Diagnostics()).evaluate(value);
      result.ifPresent(number -> known.put(name, number));
    }
  }
}
