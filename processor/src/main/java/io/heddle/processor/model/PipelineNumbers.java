package io.heddle.processor.model;

import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.schedule.Setting;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluates what a plan says of its pipeline: the layers of stages and settings of the schedule.
 */
final class PipelineNumbers {
  private static final long MOST_STAGES = 1 << 16;

  private final Plan plan;
  private final Overrides overrides;
  private final NumberReader numbers;
  private final Map<String, Long> axes;

  PipelineNumbers(Plan plan, Overrides overrides, NumberReader numbers, Map<String, Long> axes) {
    this.plan = plan;
    this.overrides = overrides;
    this.numbers = numbers;
    this.axes = axes;
  }

  /** How the layers are dealt out. */
  StageSplit stages() {
    List<Long> listed = stageLayers();
    if (!listed.isEmpty()) {
      return StageSplit.listed(listed);
    }
    return plan.stages().balanced() ? StageSplit.BALANCED : StageSplit.EQUAL;
  }

  private List<Long> stageLayers() {
    List<Long> stageLayers = new ArrayList<>();
    for (Plan.Run run : plan.stages().listed()) {
      long stages =
          numbers.unnamed("the number of stages", run.stages(), axes, run.stages().span());
      long layers =
          numbers.unnamedFromZero("the number of layers", run.layers(), axes, run.layers().span());
      if (stages > MOST_STAGES) {
        numbers.outOfRange(run.stages().span(), "the number of stages", stages, MOST_STAGES);
        return List.of();
      }
      stageLayers.addAll(Collections.nCopies((int) stages, layers));
    }
    return stageLayers;
  }

  /** The schedule with its settings; empty if one is missing. */
  Optional<Schedule> schedule(Diagnostics diagnostics) {
    Plan.Schedule said = plan.schedule();
    Map<String, Integer> settings = new LinkedHashMap<>();
    boolean complete = true;
    for (Setting setting : said.kind().settings()) {
      String name = setting.name();
      PlanChange.Value replaced = overrides.get(name);
      Expression given = said.settings().get(name);
      Expression written = given != null || replaced == null ? given : replaced.value();
      if (written == null) {
        complete &= !setting.demanded() || demand(setting, diagnostics);
        continue;
      }
      long value = numbers.value(name, written, axes, written.span());
      if (value < 1 || value > MOST_STAGES) {
        numbers.outOfRange(said.span(), "`" + name + "`", value, MOST_STAGES);
      } else {
        settings.put(name, (int) value);
      }
    }
    return complete
        ? Optional.of(new Schedule(said.kind().name(), settings, passes(said)))
        : Optional.empty();
  }

  private Schedule.Passes passes(Plan.Schedule said) {
    Inference inference = plan.inference();
    if (inference != null) {
      return inference.speculates() ? Schedule.Passes.VERIFYING : Schedule.Passes.SAMPLING;
    }
    return said.forwardOnly() ? Schedule.Passes.FORWARD : Schedule.Passes.TRAINING;
  }

  /** Reports that a setting is missing; returns that it is not there. */
  private boolean demand(Setting setting, Diagnostics diagnostics) {
    Plan.Schedule said = plan.schedule();
    String word = said.kind().name();
    String what = "`%s`, %s".formatted(setting.name(), setting.meaning());
    String line = "schedule %s(%s = %d)".formatted(word, setting.name(), setting.example());
    diagnostics.report(Code.ARGUMENTS, said.span(), word, what).help("write `" + line + "`").add();
    return false;
  }
}
