package io.heddle.processor.model;

import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.plan.schedule.Setting;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The lines of a plan that say how the work is done, not where it lies. */
final class PlanSettings {
  private static final String MESSAGES = "messages";

  private final PlanLines lines;
  private final PlanAxes axes;
  private final Diagnostics diagnostics;

  PlanSettings(PlanLines lines, PlanAxes axes, Diagnostics diagnostics) {
    this.lines = lines;
    this.axes = axes;
    this.diagnostics = diagnostics;
  }

  Plan.Context context() {
    Optional<PlanItem.Context> item = lines.single(PlanItem.Context.class, "context");
    if (item.isEmpty()) {
      return new Plan.Context(
          Plan.Context.Kind.NONE, Plan.Exchange.BY_NETWORK, List.of(), lines.name().span());
    }
    String word =
        lines.known(item.get().kind(), "context", List.of("ring", "all_gather", "all_to_all"));
    Plan.Context.Kind kind =
        switch (word) {
          case "all_to_all" -> Plan.Context.Kind.ALL_TO_ALL;
          case "ring" -> Plan.Context.Kind.RING;
          default -> Plan.Context.Kind.ALL_GATHER;
        };
    Map<String, PlanItem.Setting> given =
        settings(
                item.get().kind(),
                kind == Plan.Context.Kind.ALL_TO_ALL ? List.of("exchange", "repeat") : List.of())
            .read(item.get().settings(), PlanItem.Setting::name);
    PlanItem.Setting exchange = given.get("exchange");
    PlanItem.Setting repeat = given.get("repeat");
    return new Plan.Context(
        kind,
        exchange == null
            ? Plan.Exchange.BY_NETWORK
            : word(exchange, "pairwise").map(this::exchange).orElse(Plan.Exchange.BY_NETWORK),
        repeat == null
            ? List.of()
            : word(repeat, "up").map(axis -> axes.uses(List.of(axis))).orElse(List.of()),
        item.get().span());
  }

  /** Reads the settings behind a word of the plan. */
  private NamedArguments settings(Name owner, List<String> taken) {
    return new NamedArguments("setting", owner.text(), taken, diagnostics);
  }

  /** The word that a setting has as its value; anything else is a finding. */
  private Optional<Name> word(PlanItem.Setting setting, String example) {
    return NamedArguments.word(setting, example, diagnostics);
  }

  private Plan.Exchange exchange(Name word) {
    return lines.known(word, "exchange", List.of("pairwise", "direct")).equals("direct")
        ? Plan.Exchange.DIRECT
        : Plan.Exchange.PAIRWISE;
  }

  Plan.Overlap overlap() {
    Span experts =
        lines
            .single(PlanItem.OverlapExperts.class, "overlap experts")
            .map(PlanItem.OverlapExperts::span)
            .orElse(null);
    Optional<PlanItem.Overlap> item = lines.single(PlanItem.Overlap.class, "overlap");
    if (item.isEmpty()) {
      return new Plan.Overlap(List.of(), null, lines.name().span(), experts);
    }
    axes.check(item.get().chunks());
    return new Plan.Overlap(
        axes.uses(item.get().axes()), item.get().chunks(), item.get().span(), experts);
  }

  Plan.TwoLevelSums twoLevelSums() {
    return lines
        .single(PlanItem.AllReduce.class, "all_reduce")
        .map(item -> new Plan.TwoLevelSums(axes.uses(item.axes()), item.span()))
        .orElse(new Plan.TwoLevelSums(List.of(), lines.name().span()));
  }

  /**
   * The batch; empty after a finding.
   *
   * @param inference of which a step is one micro-batch; null for any other plan
   */
  Optional<Plan.Batch> batch(@Nullable Inference inference) {
    if (inference != null) {
      return Optional.of(inference.batch());
    }
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

  /** Empty after a finding: what the device can do is not looked up then. */
  Optional<Plan.Formats> formats(@Nullable Inference inference) {
    return new FormatSettings(lines, diagnostics).read(inference != null);
  }

  Plan.Schedule schedule(@Nullable Inference inference) {
    Plan.Schedule written = written();
    Optional<PlanItem.Forward> forward = lines.single(PlanItem.Forward.class, "forward");
    if (forward.isEmpty() && inference == null) {
      return written;
    }
    if (inference == null) {
      new TrainingLines(lines, diagnostics).reject(forward.get().span(), "forward");
    }
    return new Plan.Schedule(
        written.kind().withoutBackward(),
        written.settings(),
        written.splitMessages(),
        written.span());
  }

  private Plan.Schedule written() {
    Optional<PlanItem.Schedule> item = lines.single(PlanItem.Schedule.class, "schedule");
    if (item.isEmpty()) {
      return new Plan.Schedule(PipelineSchedule.usual(), Map.of(), false, lines.name().span());
    }
    Name name = item.get().name();
    PipelineSchedule kind =
        lines.known(name, "schedule", PipelineSchedule.all(), PipelineSchedule::name);
    List<String> taken = new ArrayList<>(kind.settings().stream().map(Setting::name).toList());
    taken.add(MESSAGES);
    Map<String, PlanItem.Setting> given =
        settings(name, taken).read(item.get().settings(), PlanItem.Setting::name);
    PlanItem.Setting messages = given.remove(MESSAGES);
    Map<String, Expression> settings = new LinkedHashMap<>();
    given.forEach(
        (word, setting) -> {
          settings.put(word, setting.value());
          axes.check(setting.value());
        });
    boolean split = messages != null && isSplit(messages);
    return new Plan.Schedule(kind, settings, split, name.span());
  }

  private boolean isSplit(PlanItem.Setting messages) {
    return word(messages, "split")
        .map(word -> lines.known(word, "way to send", List.of("whole", "split")))
        .filter("split"::equals)
        .isPresent();
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
}
