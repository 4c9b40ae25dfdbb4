package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan.AxisUse;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The lines of a plan that say how the work is done, not where it lies. */
final class PlanSettings {
  static final List<String> FORMATS = List.of("fp64", "fp32", "tf32", "bf16", "fp16", "fp8");
  private static final List<String> OPTIMIZERS = List.of("adam", "sgd");

  private final PlanLines lines;
  private final Model model;
  private final PlanAxes axes;
  private final ShardRules rules;
  private final Diagnostics diagnostics;

  PlanSettings(
      PlanLines lines, Model model, PlanAxes axes, ShardRules rules, Diagnostics diagnostics) {
    this.lines = lines;
    this.model = model;
    this.axes = axes;
    this.rules = rules;
    this.diagnostics = diagnostics;
  }

  Plan.Context context() {
    Optional<PlanItem.Context> item = lines.single(PlanItem.Context.class, "context");
    if (item.isEmpty()) {
      return new Plan.Context(Plan.Context.Kind.NONE, lines.name().span());
    }
    String word =
        lines.known(item.get().kind(), "context", List.of("ring", "all_gather", "all_to_all"));
    Plan.Context.Kind kind =
        word.equals("all_to_all") ? Plan.Context.Kind.ALL_TO_ALL : Plan.Context.Kind.ALL_GATHER;
    return new Plan.Context(kind, item.get().span());
  }

  Plan.Experts experts() {
    BigDecimal capacity = null;
    BigDecimal imbalance = null;
    Span span = lines.name().span();
    for (PlanItem.Experts item : lines.items(PlanItem.Experts.class)) {
      span = item.span();
      for (PlanItem.ExpertSetting setting : item.settings()) {
        if (setting.name().text().equals("exchange")) {
          continue;
        }
        String word = lines.known(setting.name(), "setting", List.of("capacity", "imbalance"));
        BigDecimal number = setting.number();
        if (number == null
            || number.compareTo(BigDecimal.ONE) < 0
            || number.compareTo(BigDecimal.valueOf(1000)) > 0
            || number.scale() > 6) {
          diagnostics
              .report(Code.OUT_OF_RANGE, setting.name().span(), "a factor such as `1.25`")
              .add();
        } else if (word.equals("capacity")) {
          capacity = number;
        } else {
          imbalance = number;
        }
      }
    }
    return new Plan.Experts(capacity, imbalance, span);
  }

  Optional<Plan.Batch> batch() {
    Expression batch = null;
    Expression microBatch = null;
    Span span = lines.name().span();
    for (PlanItem.Batch item : lines.items(PlanItem.Batch.class)) {
      boolean twice =
          (batch != null && item.batch() != null)
              || (microBatch != null && item.microBatch() != null);
      if (twice) {
        diagnostics
            .report(Code.TWICE_IN_PLAN, item.span(), "batch")
            .note(span, "the first one is here")
            .add();
      }
      batch = batch == null ? item.batch() : batch;
      microBatch = microBatch == null ? item.microBatch() : microBatch;
      span = item.span();
    }
    if (batch == null || microBatch == null) {
      lines.missing(batch == null ? "batch" : "micro_batch", "batch 128  micro_batch 1");
      return Optional.empty();
    }
    axes.check(batch);
    axes.check(microBatch);
    return Optional.of(new Plan.Batch(batch, microBatch, span));
  }

  Plan.Formats formats() {
    Optional<PlanItem.NumberFormats> item = lines.single(PlanItem.NumberFormats.class, "dtype");
    Span span = item.map(PlanItem.NumberFormats::span).orElse(lines.name().span());
    String tensors =
        item.map(i -> lines.known(i.tensors(), "number format", FORMATS)).orElse("bf16");
    String gradients =
        item.map(PlanItem.NumberFormats::gradients)
            .map(name -> lines.known(name, "number format", FORMATS))
            .orElse("fp32");
    return new Plan.Formats(tensors, gradients, span);
  }

  Plan.Schedule schedule() {
    Optional<PlanItem.Schedule> item = lines.single(PlanItem.Schedule.class, "schedule");
    if (item.isEmpty()) {
      return new Plan.Schedule(ScheduleKind.ONE_F_ONE_B, null, false, lines.name().span());
    }
    Name name = item.get().name();
    ScheduleKind kind =
        ScheduleKind.named(lines.known(name, "schedule", ScheduleKind.words()))
            .orElse(ScheduleKind.ONE_F_ONE_B);
    Expression chunks = null;
    Name messages = null;
    for (PlanItem.Setting setting : item.get().settings()) {
      String word = setting.name().text();
      if (word.equals("chunks") && kind.isChunked() && chunks == null) {
        chunks = setting.value();
        axes.check(chunks);
      } else if (word.equals("messages")
          && messages == null
          && setting.value() instanceof Expression.Reference reference) {
        messages = reference.name();
        lines.known(messages, "way to send", List.of("whole", "split"));
      } else {
        String takes = "`messages = split`" + (kind.isChunked() ? " and `chunks = 2`" : " alone");
        diagnostics.report(Code.ARGUMENTS, setting.name().span(), name, takes).add();
      }
    }
    boolean split = messages != null && messages.text().equals("split");
    return new Plan.Schedule(kind, chunks, split, name.span());
  }

  Plan.Stages stages() {
    Optional<PlanItem.Stages> item = lines.single(PlanItem.Stages.class, "stages");
    if (item.isEmpty()) {
      return new Plan.Stages(false, List.of(), lines.name().span());
    }
    List<Plan.Run> runs = new ArrayList<>();
    for (PlanItem.Run run : item.get().runs()) {
      axes.check(run.stages());
      axes.check(run.layers());
      runs.add(new Plan.Run(run.stages(), run.layers()));
    }
    return new Plan.Stages(item.get().balanced(), runs, item.get().span());
  }

  Plan.Recompute recompute() {
    Optional<PlanItem.Recompute> item = lines.single(PlanItem.Recompute.class, "recompute");
    if (item.isEmpty()) {
      return new Plan.Recompute(false, lines.name().span());
    }
    List<Name> what =
        item.get().what().stream()
            .filter(each -> each.statement() == null)
            .map(PlanItem.What::block)
            .toList();
    what.forEach(name -> lines.known(name, "recomputation", List.of("none", "full")));
    boolean full = what.size() == 1 && what.get(0).text().equals("full");
    return new Plan.Recompute(full, item.get().span());
  }

  Plan.Optimizer optimizer() {
    Optional<PlanItem.Optimizer> item = lines.single(PlanItem.Optimizer.class, "optimizer");
    if (item.isEmpty()) {
      return new Plan.Optimizer("adam", List.of(), lines.name().span());
    }
    String algorithm = lines.known(item.get().algorithm(), "optimizer", OPTIMIZERS);
    List<AxisUse> sharded = axes.uses(item.get().shardedOver());
    List<String> dataAxes = new ArrayList<>();
    for (Dim dim : model.stream()) {
      rules.shard().getOrDefault(dim, List.of()).forEach(use -> dataAxes.add(use.axis()));
    }
    for (AxisUse use : sharded) {
      if (!dataAxes.contains(use.axis())) {
        diagnostics
            .report(Code.OPTIMIZER_AXIS, use.span(), use.axis())
            .help("axes that split the stream's dimensions: " + String.join(", ", dataAxes))
            .add();
      }
    }
    return new Plan.Optimizer(algorithm, sharded, item.get().span());
  }
}
