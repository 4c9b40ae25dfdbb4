package io.heddle.processor.model;

import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes numbers into the lines of a plan that hold them: the plan then says itself what it is
 * otherwise evaluated with.
 */
final class NumberRewriting {
  private final PlanNames names;
  private final Overrides overrides;

  private NumberRewriting(PlanNames names, Overrides overrides) {
    this.names = names;
    this.overrides = overrides;
  }

  /**
   * The plan with the numbers of changes; empty after findings.
   *
   * @param resolved what the plan is without them
   */
  static Optional<Declaration.Plan> apply(
      Declaration.Plan plan, Plan resolved, PlanChanges changes, Diagnostics diagnostics) {
    PlanNames names = PlanNames.of(resolved);
    boolean known = true;
    for (PlanChange.Value number : changes.overrides().all()) {
      known &= names.check(number, diagnostics);
    }
    return known
        ? Optional.of(new NumberRewriting(names, changes.overrides()).plan(plan))
        : Optional.empty();
  }

  private Declaration.Plan plan(Declaration.Plan plan) {
    return new Declaration.Plan(
        plan.name(),
        plan.documentation(),
        plan.model(),
        with(plan.parameters(), Set.copyOf(names.parameters())),
        plan.items().stream().map(this::item).toList());
  }

  private PlanItem item(PlanItem item) {
    if (item instanceof PlanItem.Mesh mesh) {
      return new PlanItem.Mesh(replaced(mesh.axes()), mesh.span());
    }
    if (item instanceof PlanItem.View view) {
      return new PlanItem.View(
          view.name(), view.from(), view.to(), replaced(view.sizes()), view.span());
    }
    if (item instanceof PlanItem.Batch batch) {
      Expression whole = batch.batch();
      Expression micro = batch.microBatch();
      return new PlanItem.Batch(
          whole == null ? null : overrides.insteadOf(PlanNames.BATCH, whole),
          micro == null ? null : overrides.insteadOf(PlanNames.MICRO_BATCH, micro),
          batch.span());
    }
    if (item instanceof PlanItem.Schedule schedule) {
      return new PlanItem.Schedule(
          schedule.name(),
          with(schedule.settings(), PipelineSchedule.settingsOfAll()),
          schedule.span());
    }
    if (item instanceof PlanItem.On on) {
      List<String> ofCluster = names.cluster().stream().filter(names::isOfCluster).toList();
      return new PlanItem.On(on.cluster(), with(on.settings(), Set.copyOf(ofCluster)), on.span());
    }
    return item;
  }

  private List<PlanItem.Setting> replaced(List<PlanItem.Setting> settings) {
    return settings.stream()
        .map(
            setting ->
                new PlanItem.Setting(
                    setting.name(), overrides.insteadOf(setting.name().text(), setting.value())))
        .toList();
  }

  /** Settings in parentheses: those that are not there yet are added. */
  private List<PlanItem.Setting> with(List<PlanItem.Setting> settings, Set<String> known) {
    List<PlanItem.Setting> written = new ArrayList<>();
    for (PlanItem.Setting setting : settings) {
      String name = setting.name().text();
      Expression value =
          known.contains(name) ? overrides.insteadOf(name, setting.value()) : setting.value();
      written.add(new PlanItem.Setting(setting.name(), value));
    }
    Set<String> there =
        Set.copyOf(settings.stream().map(setting -> setting.name().text()).distinct().toList());
    for (PlanChange.Value number : overrides.all()) {
      if (known.contains(number.name()) && !there.contains(number.name())) {
        written.add(new PlanItem.Setting(new Name(number.name(), number.span()), number.value()));
      }
    }
    return written;
  }
}
