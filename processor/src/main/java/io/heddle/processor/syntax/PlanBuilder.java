package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;

/** Builds plans. */
final class PlanBuilder {
  private final Leaves leaves;

  PlanBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  List<Declaration.Plan> plan(TfmParser.PlanContext plan) {
    List<PlanItem> items = batches(Leaves.lines(plan.planItem(), this::item));
    TfmParser.PlanHeadContext head = plan.planHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Plan(
            leaves.name(head.name(0)),
            leaves.documentation(plan),
            leaves.name(head.name(1)),
            items));
  }

  /** Joins a batch with the micro-batch that follows it. */
  private static List<PlanItem> batches(List<PlanItem> items) {
    List<PlanItem> joined = new ArrayList<>();
    for (PlanItem item : items) {
      int last = joined.size() - 1;
      if (item instanceof PlanItem.Batch micro
          && micro.batch() == null
          && last >= 0
          && joined.get(last) instanceof PlanItem.Batch batch
          && batch.microBatch() == null) {
        Span span = batch.span().to(micro.span());
        joined.set(last, new PlanItem.Batch(batch.batch(), micro.microBatch(), span));
      } else {
        joined.add(item);
      }
    }
    return List.copyOf(joined);
  }

  private List<PlanItem> item(TfmParser.PlanItemContext item) {
    if (item.shard() != null) {
      return List.of(shard(item.shard()));
    }
    return Leaves.isWhole(item) ? List.of(single(item)) : List.of();
  }

  private PlanItem single(TfmParser.PlanItemContext item) {
    Span span = leaves.span(item);
    if (item.mesh() != null) {
      return new PlanItem.Mesh(leaves.settings(item.mesh().setting()), span);
    }
    if (item.layout() != null) {
      return new PlanItem.Layout(leaves.names(item.layout().name()), span);
    }
    if (item.pin() != null) {
      return pin(item.pin(), span);
    }
    if (item.batch() != null) {
      return new PlanItem.Batch(leaves.expression(item.batch().expression()), null, span);
    }
    if (item.microBatch() != null) {
      return new PlanItem.Batch(null, leaves.expression(item.microBatch().expression()), span);
    }
    if (item.schedule() != null) {
      return schedule(item.schedule(), span);
    }
    if (item.recompute() != null) {
      return new PlanItem.Recompute(leaves.names(item.recompute().names().name()), span);
    }
    if (item.optimizer() != null) {
      TfmParser.AxesContext axes = item.optimizer().axes();
      return new PlanItem.Optimizer(
          leaves.name(item.optimizer().name()),
          axes == null ? List.of() : leaves.names(axes.name()),
          span);
    }
    if (item.dtype() != null) {
      List<Name> formats = leaves.names(item.dtype().name());
      return new PlanItem.NumberFormats(
          formats.get(0), formats.size() > 1 ? formats.get(1) : null, span);
    }
    return new PlanItem.On(
        leaves.name(item.on().name()), leaves.settings(item.on().settings()), span);
  }

  private PlanItem.Schedule schedule(TfmParser.ScheduleContext schedule, Span span) {
    if (schedule.settings() != null) {
      throw leaves.notSupported(schedule.settings(), "a schedule with settings");
    }
    return new PlanItem.Schedule(leaves.name(schedule.name()), span);
  }

  private PlanItem.Shard shard(TfmParser.ShardContext shard) {
    List<PlanItem.Rule> rules = new ArrayList<>();
    List<PlanItem.Rule> stream = new ArrayList<>();
    for (TfmParser.ShardLineContext line : shard.shardLine()) {
      if (Leaves.isWhole(line)) {
        TfmParser.ShardRuleContext rule = line.shardRule();
        (line.STREAM() == null ? rules : stream)
            .add(new PlanItem.Rule(leaves.names(rule.name()), leaves.names(rule.axes().name())));
      }
    }
    return new PlanItem.Shard(
        List.copyOf(rules), List.copyOf(stream), leaves.span(shard.shardHead()));
  }

  private PlanItem.Pin pin(TfmParser.PinContext pin, Span span) {
    List<PlanItem.PinnedDim> dims = new ArrayList<>();
    for (TfmParser.PinnedDimContext dim : pin.pinnedDim()) {
      List<Name> names = leaves.names(dim.name());
      dims.add(new PlanItem.PinnedDim(names.get(0), names.subList(1, names.size())));
    }
    return new PlanItem.Pin(
        pin.GRAD() != null,
        leaves.name(pin.name(0)),
        leaves.name(pin.name(1)),
        List.copyOf(dims),
        span);
  }
}
