package io.heddle.processor.model;

import io.heddle.processor.model.Sweep.Alternative;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Lines of a plan that a sweep writes anew with another word in them. */
final class SweptLines {
  /** The lines that begin with a word of choice. */
  static final List<String> WORDS =
      List.of("schedule", "recompute", "context", "optimizer", "dtype", "on");

  private final Declaration.Plan plan;

  SweptLines(Declaration.Plan plan) {
    this.plan = plan;
  }

  /** The line of the plan with another word; the rest of it stays. */
  Alternative withWord(String line, Name word) {
    PlanItem item =
        switch (line) {
          case "schedule" -> new PlanItem.Schedule(word, List.of(), word.span());
          case "recompute" ->
              new PlanItem.Recompute(List.of(new PlanItem.What(word, null)), null, word.span());
          case "context" -> new PlanItem.Context(word, List.of(), word.span());
          case "optimizer" ->
              rewritten(
                  PlanItem.Optimizer.class,
                  old ->
                      new PlanItem.Optimizer(
                          word,
                          old.clipped(),
                          old.shardedOver(),
                          old.gradientsSharded(),
                          old.weights(),
                          word.span()),
                  new PlanItem.Optimizer(word, false, List.of(), false, null, word.span()));
          case "dtype" ->
              rewritten(
                  PlanItem.NumberFormats.class,
                  old -> new PlanItem.NumberFormats(word, old.gradients(), word.span()),
                  new PlanItem.NumberFormats(word, null, word.span()));
          default ->
              rewritten(
                  PlanItem.On.class,
                  old -> new PlanItem.On(word, old.settings(), word.span()),
                  new PlanItem.On(word, List.of(), word.span()));
        };
    return new Alternative(word.text(), item);
  }

  private <T extends PlanItem> PlanItem rewritten(Class<T> kind, Function<T, T> change, T without) {
    Optional<T> old = plan.items().stream().filter(kind::isInstance).map(kind::cast).findFirst();
    return old.map(change).orElse(without);
  }

  /** The plan with lines in place of those of their kinds. */
  static Declaration.Plan replace(Declaration.Plan plan, List<Alternative> alternatives) {
    List<PlanItem> items = new ArrayList<>(plan.items());
    for (Alternative alternative : alternatives) {
      items.removeIf(item -> item.getClass().equals(alternative.line().getClass()));
      items.add(alternative.line());
    }
    return new Declaration.Plan(plan.name(), plan.documentation(), plan.model(), items);
  }
}
