package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of lines of a plan that can be replaced. {@code batch}, {@code micro_batch}, {@code
 * prefill} and {@code decode} are not among them: they are numbers.
 */
public enum PlanLine {
  MESH(PlanItem.Mesh.class),
  LAYOUT(PlanItem.Layout.class),
  VIEW(PlanItem.View.class),
  SHARD(PlanItem.Shard.class),
  PIN(PlanItem.Pin.class),
  CONTEXT(PlanItem.Context.class),
  SCHEDULE(PlanItem.Schedule.class),
  STAGES(PlanItem.Stages.class),
  RECOMPUTE(PlanItem.Recompute.class),
  KEEP(PlanItem.Keep.class),
  UNFUSED(PlanItem.Unfused.class),
  FORWARD(PlanItem.Forward.class),
  FREEZE(PlanItem.Freeze.class),
  CACHE(PlanItem.Cache.class),
  EXPERTS(PlanItem.Experts.class),
  OVERLAP(PlanItem.Overlap.class, PlanItem.OverlapExperts.class),
  ALL_REDUCE(PlanItem.AllReduce.class),
  OPTIMIZER(PlanItem.Optimizer.class),
  REDUCE(PlanItem.Reduce.class),
  DTYPE(PlanItem.NumberFormats.class),
  ENGINE(PlanItem.UsesEngine.class),
  ON(PlanItem.On.class);

  private final Class<? extends PlanItem> item;
  private final Class<? extends PlanItem> other;

  PlanLine(Class<? extends PlanItem> item) {
    this(item, item);
  }

  PlanLine(Class<? extends PlanItem> item, Class<? extends PlanItem> other) {
    this.item = item;
    this.other = other;
  }

  /** The word that begins the line. */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of line that begins with this word. */
  public static Optional<PlanLine> named(String keyword) {
    return Arrays.stream(values()).filter(line -> line.keyword().equals(keyword)).findFirst();
  }

  /** The words that begin lines. */
  public static List<String> keywords() {
    return Arrays.stream(values()).map(PlanLine::keyword).toList();
  }

  /** Whether the item is a line of this kind. */
  public boolean holds(PlanItem line) {
    return item.isInstance(line) || other.isInstance(line);
  }

  /** Whether a plan may have several such lines, each for something else. */
  public boolean isKeyed() {
    return this == VIEW || this == SHARD || this == PIN || this == OVERLAP;
  }

  /** The line where it is no more than its keyword; null for others. */
  public @Nullable PlanItem bare(Span span) {
    return switch (this) {
      case UNFUSED -> new PlanItem.Unfused(span);
      case FORWARD -> new PlanItem.Forward(span);
      default -> null;
    };
  }

  /**
   * By what one of several such lines is told from the others, such as {@code attention.wo} of a
   * pin; the first is how it is listed.
   */
  public static List<String> keys(PlanItem item) {
    if (item instanceof PlanItem.View view) {
      return List.of(view.name().text());
    }
    if (item instanceof PlanItem.Pin pin) {
      return List.of((pin.gradient() ? "grad." : "") + pin.block() + "." + pin.tensor());
    }
    if (item instanceof PlanItem.Overlap overlap) {
      return overlap.axes().stream().map(Name::text).toList();
    }
    return item instanceof PlanItem.OverlapExperts ? List.of("experts") : List.of();
  }
}
