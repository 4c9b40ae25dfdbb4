package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanItem;
import io.heddle.processor.syntax.PlanLine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Writes a plan anew with other lines: what it resolves to is then found out as of any plan. */
final class PlanRewriting {
  private static final String STREAM = "stream";

  private final Declaration.Plan plan;
  private final List<PlanItem> items;
  private final Diagnostics diagnostics;

  private PlanRewriting(Declaration.Plan plan, Diagnostics diagnostics) {
    this.plan = plan;
    this.items = new ArrayList<>(plan.items());
    this.diagnostics = diagnostics;
  }

  /** The plan with these lines in place of its own, one after the other. */
  static Declaration.Plan apply(
      Declaration.Plan plan, List<PlanChange.Line> changes, Diagnostics diagnostics) {
    PlanRewriting rewriting = new PlanRewriting(plan, diagnostics);
    changes.forEach(rewriting::change);
    return rewriting.rewritten();
  }

  /** Reports a line that is to be taken away and that is not there by this key. */
  static void checkPresent(Declaration.Plan plan, PlanChange.Line change, Diagnostics diagnostics) {
    List<String> keys = keys(plan, change.line());
    boolean isStream = change.line() == PlanLine.SHARD && change.key().equals(STREAM);
    if (change.item() != null
        || change.key().isEmpty()
        || keys.contains(change.key())
        || isStream) {
      return;
    }
    List<String> names = keys.stream().map(key -> change.line().keyword() + "." + key).toList();
    diagnostics
        .report(Code.UNKNOWN_OVERRIDE, change.span(), change.name())
        .help(
            Spelling.question(change.name(), names)
                .orElse(
                    names.isEmpty()
                        ? "the plan has no such line"
                        : "it has " + String.join(", ", names)))
        .add();
  }

  /** The keys of the lines of a kind, each once. */
  static List<String> keys(Declaration.Plan plan, PlanLine line) {
    List<String> keys = new ArrayList<>();
    for (PlanItem item : plan.items()) {
      if (item instanceof PlanItem.Shard shard && line == PlanLine.SHARD) {
        dims(shard.rules()).forEach(keys::add);
        dims(shard.stream()).forEach(dim -> keys.add(STREAM + "." + dim));
      } else if (line.holds(item)) {
        keys.addAll(PlanLine.keys(item));
      }
    }
    return keys.stream().distinct().toList();
  }

  private static List<String> dims(List<PlanItem.Rule> rules) {
    return rules.stream().flatMap(rule -> rule.dims().stream()).map(Name::text).toList();
  }

  private Declaration.Plan rewritten() {
    return new Declaration.Plan(
        plan.name(), plan.documentation(), plan.model(), plan.parameters(), items);
  }

  private void change(PlanChange.Line change) {
    if (change.line() == PlanLine.SHARD && !change.key().isEmpty()) {
      changeRule(change);
      return;
    }
    List<String> keys = keys(rewritten(), change.line());
    long lines = items.stream().filter(change.line()::holds).count();
    if (change.key().isEmpty() && change.line() != PlanLine.SHARD && lines > 1 && !keys.isEmpty()) {
      List<String> names =
          items.stream()
              .filter(change.line()::holds)
              .map(item -> "`%s.%s`".formatted(change.name(), PlanLine.keys(item).get(0)))
              .toList();
      diagnostics
          .report(Code.SEVERAL_LINES, change.span(), change.name())
          .help("name one of them: " + String.join(", ", names))
          .add();
      return;
    }
    replace(
        item ->
            change.line().holds(item)
                && (change.key().isEmpty() || PlanLine.keys(item).contains(change.key())),
        change.item() == null ? List.of() : List.of(change.item()));
  }

  /** The new ones stand where the first of the old ones did, or else at the end. */
  private void replace(Predicate<PlanItem> old, List<PlanItem> with) {
    int place = items.size();
    for (int i = items.size() - 1; i >= 0; i--) {
      place = old.test(items.get(i)) ? i : place;
    }
    List<PlanItem> before = items.subList(0, place).stream().toList();
    List<PlanItem> behind =
        items.subList(place, items.size()).stream().filter(old.negate()).toList();
    items.clear();
    items.addAll(before);
    items.addAll(with);
    items.addAll(behind);
  }

  private void changeRule(PlanChange.Line change) {
    boolean isStream = change.key().equals(STREAM) || change.key().startsWith(STREAM + ".");
    String dim =
        isStream
            ? change.key().substring(Math.min(change.key().length(), STREAM.length() + 1))
            : change.key();
    PlanItem.Shard with = (PlanItem.Shard) change.item();
    List<PlanItem.Rule> added = with == null ? List.of() : isStream ? with.stream() : with.rules();
    List<PlanItem.Shard> shards =
        items.stream()
            .filter(PlanItem.Shard.class::isInstance)
            .map(PlanItem.Shard.class::cast)
            .toList();
    boolean isPlaced = false;
    List<PlanItem> changed = new ArrayList<>();
    for (PlanItem.Shard shard : shards) {
      List<PlanItem.Rule> rules = isStream ? shard.stream() : shard.rules();
      boolean isHere = !isPlaced && (dim.isEmpty() ? !rules.isEmpty() : dims(rules).contains(dim));
      List<PlanItem.Rule> written = without(rules, dim, isHere ? added : List.of());
      isPlaced |= isHere;
      changed.add(
          isStream
              ? new PlanItem.Shard(shard.rules(), written, shard.span())
              : new PlanItem.Shard(written, shard.stream(), shard.span()));
    }
    if (!isPlaced && with != null) {
      changed.add(with);
    }
    replace(PlanItem.Shard.class::isInstance, changed);
  }

  /** Rules without a dimension, or without any; the added ones stand where the first was. */
  private static List<PlanItem.Rule> without(
      List<PlanItem.Rule> rules, String dim, List<PlanItem.Rule> added) {
    List<PlanItem.Rule> written = new ArrayList<>();
    boolean isAdded = false;
    for (PlanItem.Rule rule : rules) {
      boolean isHere =
          dim.isEmpty() || rule.dims().stream().anyMatch(name -> name.text().equals(dim));
      if (!isHere) {
        written.add(rule);
        continue;
      }
      List<Name> left =
          dim.isEmpty()
              ? List.of()
              : rule.dims().stream().filter(name -> !name.text().equals(dim)).toList();
      if (!left.isEmpty()) {
        written.add(new PlanItem.Rule(left, rule.axes(), rule.padding()));
      }
      if (!isAdded) {
        written.addAll(added);
        isAdded = true;
      }
    }
    return written;
  }
}
