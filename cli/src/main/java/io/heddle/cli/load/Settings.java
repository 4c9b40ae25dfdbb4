package io.heddle.cli.load;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Recompute;
import io.heddle.processor.model.Overrides;
import io.heddle.processor.model.ScheduleKind;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the command line sets in place of what the plan says.
 *
 * @param compiled axes, parameters, batch and micro-batch, schedule and chunks
 * @param recompute absent: the plan's
 */
public record Settings(Overrides compiled, Optional<Recompute> recompute) {
  /** Nothing is set. */
  public static final Settings NONE = new Settings(Overrides.NONE, Optional.empty());

  private static final String SCHEDULE = "schedule";
  private static final String RECOMPUTE = "recompute";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  /**
   * Reads settings.
   *
   * @param texts such as {@code tp=4}, as given
   * @throws Failure if one is malformed or given twice, or no plan takes its value
   */
  public static Settings of(List<String> texts) {
    Set<String> names = new HashSet<>();
    Map<String, Long> numbers = new LinkedHashMap<>();
    Optional<ScheduleKind> schedule = Optional.empty();
    Optional<Recompute> recompute = Optional.empty();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw Failure.usage("--set %s: must be NAME=VALUE".formatted(text));
      }
      String name = text.substring(0, equals);
      String value = text.substring(equals + 1);
      if (!names.add(name)) {
        throw Failure.usage("--set %s: %s is set twice".formatted(text, name));
      }
      if (NUMBER.matcher(value).matches()) {
        numbers.put(name, Long.parseLong(value));
      } else if (name.equals(SCHEDULE)) {
        schedule = Optional.of(schedule(value));
      } else if (name.equals(RECOMPUTE)) {
        recompute = Optional.of(recompute(value));
      } else {
        throw Failure.usage(
            "--set %s=%s: must be a whole number of at most 18 digits".formatted(name, value));
      }
    }
    return new Settings(new Overrides(numbers, schedule), recompute);
  }

  private static ScheduleKind schedule(String value) {
    return ScheduleKind.named(value)
        .orElseThrow(() -> mustBeOneOf(SCHEDULE, value, ScheduleKind.words()));
  }

  private static Recompute recompute(String value) {
    List<Recompute> choices = List.of(Recompute.NONE, Recompute.FULL);
    return choices.stream()
        .filter(choice -> choice.toString().equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                mustBeOneOf(RECOMPUTE, value, choices.stream().map(Recompute::toString).toList()));
  }

  private static Failure mustBeOneOf(String name, String value, List<String> choices) {
    return Failure.wrongInput(
        "--set %s=%s: must be one of %s".formatted(name, value, String.join(", ", choices)));
  }

  /** The plan as it is run: what is compiled is in it already. */
  PlanValues apply(PlanValues plan) {
    return recompute.map(plan::withRecompute).orElse(plan);
  }
}
