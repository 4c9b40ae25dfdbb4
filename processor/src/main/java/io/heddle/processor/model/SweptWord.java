package io.heddle.processor.model;

import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanItem;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A word of a sweep in place of the first word of a line: the rest of the lines {@code optimizer},
 * {@code dtype} and {@code on} stays as the plan has it.
 */
final class SweptWord {
  private SweptWord() {}

  /** The line of the plan with this word; the line as it is where the plan has none. */
  static PlanChange.Line of(PlanChange.Line line, Declaration.Plan plan) {
    PlanItem item = line.item();
    if (item instanceof PlanItem.Optimizer word) {
      item =
          rewritten(
              plan,
              word,
              PlanItem.Optimizer.class,
              old ->
                  new PlanItem.Optimizer(
                      word.algorithm(), old.clipped(), old.shardedOver(), old.more(), word.span()));
    } else if (item instanceof PlanItem.NumberFormats word) {
      item =
          rewritten(
              plan,
              word,
              PlanItem.NumberFormats.class,
              old -> new PlanItem.NumberFormats(word.tensors(), kept(old.kinds()), word.span()));
    } else if (item instanceof PlanItem.On word) {
      item =
          rewritten(
              plan,
              word,
              PlanItem.On.class,
              old -> new PlanItem.On(word.cluster(), old.settings(), word.span()));
    }
    return new PlanChange.Line(line.line(), line.key(), item, line.text(), line.span());
  }

  /** The word may be a recipe, which says how products are quantised. */
  private static List<PlanItem.FormatOf> kept(List<PlanItem.FormatOf> kinds) {
    return kinds.stream().filter(of -> !of.kind().text().equals(FormatSettings.PRODUCTS)).toList();
  }

  private static <T extends PlanItem> PlanItem rewritten(
      Declaration.Plan plan, T word, Class<T> kind, Function<T, PlanItem> change) {
    Optional<T> old = plan.items().stream().filter(kind::isInstance).map(kind::cast).findFirst();
    return old.map(change).orElse(word);
  }
}
