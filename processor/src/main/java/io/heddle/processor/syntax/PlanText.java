package io.heddle.processor.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes plans as text of the language, aligned as those of the library are: what follows the
 * keywords stands in one column, so do the axes of shard rules.
 */
public final class PlanText {
  private static final String INDENT = "  ";

  private PlanText() {}

  /** A line of a plan: its keyword, and what follows. */
  private record Line(String keyword, String rest) {}

  /** A plan, ending with a line break. */
  public static String of(Declaration.Plan plan) {
    StringBuilder text = new StringBuilder();
    if (!plan.documentation().isEmpty()) {
      plan.documentation().lines().forEach(line -> text.append("/// ").append(line).append('\n'));
    }
    text.append("plan %s of %s%s {\n".formatted(plan.name(), plan.model(), settings(plan)));
    List<Line> paragraph = new ArrayList<>();
    for (PlanItem item : plan.items()) {
      if (item instanceof PlanItem.Shard shard) {
        paragraph(paragraph, text);
        shard(shard, text);
      } else {
        paragraph.add(line(item));
      }
    }
    paragraph(paragraph, text);
    return text.append("}\n").toString();
  }

  /** A line on its own, such as {@code schedule interleaved(chunks = 4)}. */
  public static String of(PlanItem item) {
    if (item instanceof PlanItem.Shard shard) {
      return "shard { " + String.join("  ", rules(shard, false)) + " }";
    }
    Line line = line(item);
    return (line.keyword() + " " + line.rest()).strip();
  }

  private static String settings(Declaration.Plan plan) {
    return arguments(plan.parameters());
  }

  /** Lines below each other, and an empty one behind them. */
  private static void paragraph(List<Line> lines, StringBuilder text) {
    int width = lines.stream().mapToInt(line -> line.keyword().length()).max().orElse(0);
    for (Line line : lines) {
      text.append(INDENT)
          .append((padded(line.keyword(), width) + " " + line.rest()).stripTrailing())
          .append('\n');
    }
    lines.clear();
  }

  private static void shard(PlanItem.Shard shard, StringBuilder text) {
    boolean isFirst = text.charAt(text.length() - 2) == '{';
    text.append(isFirst ? "" : "\n").append(INDENT).append("shard {\n");
    rules(shard, true)
        .forEach(rule -> text.append(INDENT).append(INDENT).append(rule).append('\n'));
    text.append(INDENT).append("}\n\n");
  }

  private static List<String> rules(PlanItem.Shard shard, boolean isAligned) {
    int width =
        isAligned
            ? shard.rules().stream().mapToInt(rule -> dims(rule).length()).max().orElse(0)
            : 0;
    List<String> lines = new ArrayList<>();
    shard.rules().forEach(rule -> lines.add(padded(dims(rule), width) + over(rule)));
    shard.stream().forEach(rule -> lines.add("stream: " + dims(rule) + over(rule)));
    return lines;
  }

  private static String dims(PlanItem.Rule rule) {
    return names(rule.dims(), " ");
  }

  private static String over(PlanItem.Rule rule) {
    return " over " + names(rule.axes(), ", ") + padding(rule.padding());
  }

  private static String padding(PlanItem.@Nullable Padding padding) {
    if (padding == null) {
      return "";
    }
    return " padded" + (padding.multiple() == null ? "" : " to " + text(padding.multiple()));
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static Line line(PlanItem item) {
    if (item instanceof PlanItem.Mesh mesh) {
      return new Line("mesh", list(mesh.axes()));
    }
    if (item instanceof PlanItem.Layout layout) {
      return new Line("layout", names(layout.axes(), " > "));
    }
    if (item instanceof PlanItem.View view) {
      String where = view.sizes().isEmpty() ? "" : " where " + list(view.sizes());
      String names = "(%s) = (%s)".formatted(names(view.from(), " "), names(view.to(), " "));
      return new Line("view", view.name() + ": " + names + where);
    }
    if (item instanceof PlanItem.Pin pin) {
      String dims = pin.dims().stream().map(PlanText::pinned).collect(Collectors.joining(" "));
      String place = pin.block() + "." + pin.tensor() + "[" + dims + "]";
      return new Line("pin", (pin.gradient() ? "grad " : "") + place);
    }
    if (item instanceof PlanItem.Batch batch) {
      return batch(batch);
    }
    if (item instanceof PlanItem.Optimizer optimizer) {
      return optimizer(optimizer);
    }
    if (item instanceof PlanItem.Reduce reduce) {
      return new Line("reduce", reduction(reduce));
    }
    if (item instanceof PlanItem.NumberFormats formats) {
      StringBuilder rest = new StringBuilder(formats.tensors().text());
      formats.kinds().forEach(of -> rest.append(", " + of.kind() + " " + of.format()));
      return new Line("dtype", rest.toString());
    }
    if (item instanceof PlanItem.UsesEngine uses) {
      return new Line("engine", uses.engine().text());
    }
    if (item instanceof PlanItem.On on) {
      return new Line("on", on.cluster() + arguments(on.settings()));
    }
    return working(item);
  }

  /** The lines that say how the work is done. */
  private static Line working(PlanItem item) {
    if (item instanceof PlanItem.Schedule schedule) {
      return new Line("schedule", schedule.name() + arguments(schedule.settings()));
    }
    if (item instanceof PlanItem.Context context) {
      return new Line("context", context.kind() + arguments(context.settings()));
    }
    if (item instanceof PlanItem.Stages stages) {
      String runs = list(stages.runs(), run -> text(run.stages()) + " of " + text(run.layers()));
      return new Line("stages", stages.balanced() ? "balanced" : runs);
    }
    if (item instanceof PlanItem.Recompute recompute) {
      String every = recompute.every() == null ? "" : " every " + text(recompute.every());
      return new Line("recompute", list(recompute.what(), PlanText::what) + every);
    }
    if (item instanceof PlanItem.Keep keep) {
      return new Line("keep", list(keep.tensors(), name -> name.block() + "." + name.tensor()));
    }
    if (item instanceof PlanItem.Overlap overlap) {
      String chunks = " chunks " + text(overlap.chunks());
      return new Line("overlap", names(overlap.axes(), ", ") + chunks);
    }
    if (item instanceof PlanItem.OverlapExperts) {
      return new Line("overlap", "experts");
    }
    if (item instanceof PlanItem.AllReduce sums) {
      return new Line("all_reduce", "two_level over " + names(sums.axes(), ", "));
    }
    if (item instanceof PlanItem.Experts experts) {
      return new Line("experts", list(experts.settings(), PlanText::expertSetting));
    }
    if (item instanceof PlanItem.Prefill prefill) {
      return new Line("prefill", text(prefill.tokens()) + apart(prefill.settings()));
    }
    if (item instanceof PlanItem.Decode decode) {
      return new Line("decode", text(decode.sequences()) + decoded(decode));
    }
    if (item instanceof PlanItem.Cache cache) {
      String names = list(cache.tensors(), name -> name.block() + "." + name.tensor());
      String absorbed = cache.absorbed() == null ? "" : " absorbed";
      return new Line("cache", (names + apart(cache.settings()) + absorbed).strip());
    }
    if (item instanceof PlanItem.Freeze freeze) {
      return new Line("freeze", list(freeze.what(), PlanText::what));
    }
    return new Line(item instanceof PlanItem.Forward ? "forward" : "unfused", "");
  }

  private static Line batch(PlanItem.Batch batch) {
    String micro = batch.microBatch() == null ? "" : text(batch.microBatch());
    if (batch.batch() == null) {
      return new Line("micro_batch", micro);
    }
    String whole = text(batch.batch());
    return new Line("batch", micro.isEmpty() ? whole : whole + "  micro_batch " + micro);
  }

  private static Line optimizer(PlanItem.Optimizer optimizer) {
    StringBuilder rest = new StringBuilder(optimizer.algorithm().text());
    rest.append(optimizer.clipped() ? " clipped" : "");
    if (!optimizer.shardedOver().isEmpty()) {
      rest.append(" sharded over ").append(names(optimizer.shardedOver(), ", "));
    }
    for (PlanItem.ShardedToo too : optimizer.more()) {
      rest.append(
          too instanceof PlanItem.ShardedWeights weights
              ? ", weights sharded" + arguments(weights.settings())
              : ((PlanItem.Gradients) too).sharded() ? ", gradients sharded" : ", gradients whole");
    }
    return new Line("optimizer", rest.toString());
  }

  private static String reduction(PlanItem.Reduce reduce) {
    return reduce.when().name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (reduce.bucket() == null ? "" : " of " + quantity(reduce.bucket()))
        + (reduce.blocking() ? " blocking" : "")
        + (reduce.twoLevel() ? " two_level" : "");
  }

  private static String quantity(Quantity quantity) {
    return quantity.number().toPlainString() + " " + quantity.unit();
  }

  private static String what(PlanItem.What what) {
    return what.block() + (what.statement() == null ? "" : "." + what.statement());
  }

  private static String expertSetting(PlanItem.ExpertSetting setting) {
    String value =
        setting.number() == null
            ? setting.word() + numbers(setting.numbers())
            : setting.number().toPlainString();
    return setting.name() + " = " + value;
  }

  private static String numbers(List<PlanItem.ExpertNumber> numbers) {
    return numbers.isEmpty()
        ? ""
        : "(" + list(numbers, each -> each.name() + " = " + each.number().toPlainString()) + ")";
  }

  private static String pinned(PlanItem.PinnedDim dim) {
    return dim.axes().stream()
        .map(axis -> "/" + axis)
        .collect(Collectors.joining("", dim.dim().text(), ""));
  }

  private static String arguments(List<PlanItem.Setting> settings) {
    return settings.isEmpty() ? "" : "(" + list(settings) + ")";
  }

  private static String decoded(PlanItem.Decode decode) {
    List<String> all =
        new ArrayList<>(decode.settings().stream().map(each -> list(List.of(each))).toList());
    for (PlanItem.Share share : decode.shares()) {
      all.add("%s = %s".formatted(share.name(), quantity(share.value()).strip()));
    }
    return all.isEmpty() ? "" : " (" + String.join(", ", all) + ")";
  }

  /** Settings behind something that is no word. */
  private static String apart(List<PlanItem.Setting> settings) {
    return settings.isEmpty() ? "" : " " + arguments(settings);
  }

  private static String list(List<PlanItem.Setting> settings) {
    return list(settings, setting -> setting.name() + " = " + text(setting.value()));
  }

  private static <T> String list(List<T> parts, Function<T, String> text) {
    return parts.stream().map(text).collect(Collectors.joining(", "));
  }

  private static String names(List<Name> names, String separator) {
    return names.stream().map(Name::text).collect(Collectors.joining(separator));
  }

  private static String text(Expression expression) {
    return ExpressionText.of(expression);
  }
}
