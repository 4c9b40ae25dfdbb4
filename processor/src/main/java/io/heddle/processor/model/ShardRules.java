package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan.AxisUse;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the {@code shard} lines of a plan say. */
final class ShardRules {
  /** The word for the repetitions of all stacks. */
  private static final String LAYERS = "layers";

  private final Model model;
  private final Names<Dim> dims;
  private final PlanAxes axes;
  private final Diagnostics diagnostics;
  private final Map<Dim, List<AxisUse>> shard = new LinkedHashMap<>();
  private final Map<Dim, List<AxisUse>> stream = new LinkedHashMap<>();
  private final Map<Dim, Plan.Padding> padding = new LinkedHashMap<>();
  private @Nullable AxisUse pipelineAxis;

  ShardRules(
      List<PlanItem.Shard> lines,
      Model model,
      Names<Dim> dims,
      PlanAxes axes,
      Diagnostics diagnostics) {
    this.model = model;
    this.dims = dims;
    this.axes = axes;
    this.diagnostics = diagnostics;
    lines.forEach(this::shard);
    checkSharedAxes();
  }

  Map<Dim, List<AxisUse>> shard() {
    return shard;
  }

  Map<Dim, List<AxisUse>> stream() {
    return stream;
  }

  Map<Dim, Plan.Padding> padding() {
    return padding;
  }

  /** The axis that splits the layers; null where none does. */
  @Nullable AxisUse pipelineAxis() {
    return pipelineAxis;
  }

  /** The axis that splits the layers splits nothing else: stages hold different layers. */
  void rejectPipelineAxis(List<Plan.Pin> pins, List<Plan.View> views) {
    shard.forEach(this::rejectPipelineAxis);
    stream.forEach(this::rejectPipelineAxis);
    pins.forEach(pin -> pin.split().forEach(this::rejectPipelineAxis));
    for (Plan.View view : views) {
      if (pipelineAxis != null && view.from().contains(pipelineAxis.axis())) {
        report(view.span(), view.name());
      }
    }
  }

  private void rejectPipelineAxis(Dim dim, List<AxisUse> uses) {
    for (AxisUse use : uses) {
      if (pipelineAxis != null && use.axis().equals(pipelineAxis.axis())) {
        report(use.span(), dim.name());
      }
    }
  }

  private void report(Span place, String what) {
    AxisUse layers = Objects.requireNonNull(pipelineAxis);
    diagnostics
        .report(Code.PIPELINE_AXIS, place, layers.axis(), what)
        .note(layers.span(), "`layers over %s` is said here".formatted(layers.axis()))
        .add();
  }

  private void shard(PlanItem.Shard item) {
    for (PlanItem.Rule rule : item.rules()) {
      for (Name dim : rule.dims()) {
        if (dim.text().equals(LAYERS) && !dims.contains(LAYERS)) {
          pipeline(rule, dim);
        } else if (dims.contains(dim.text())) {
          put(shard, dim, axes.uses(rule.axes(), this::beginsRule));
          pad(rule, dims.get(dim.text()));
        } else {
          dims.unknown(dim, null);
        }
      }
    }
    for (PlanItem.Rule rule : item.stream()) {
      for (Name dim : rule.dims()) {
        Optional<Dim> found = dims.find(dim);
        if (found.isPresent() && !model.streamDims().contains(found.get())) {
          diagnostics
              .report(Code.NOT_IN_STREAM, dim.span(), dim)
              .help(
                  "the stream has "
                      + String.join(", ", model.streamDims().stream().map(Dim::name).toList()))
              .add();
        } else if (found.isPresent()) {
          put(stream, dim, axes.uses(rule.axes(), this::beginsRule));
        }
      }
    }
    checkStreamBeginsWithShard();
  }

  private void pad(PlanItem.Rule rule, Dim dim) {
    PlanItem.Padding padded = rule.padding();
    if (padded == null) {
      return;
    }
    if (padded.multiple() != null) {
      axes.check(padded.multiple());
    }
    padding.put(dim, new Plan.Padding(padded.multiple(), padded.span()));
  }

  private boolean beginsRule(String name) {
    return name.equals(LAYERS) || dims.contains(name);
  }

  private void pipeline(PlanItem.Rule rule, Name layers) {
    List<AxisUse> uses = axes.uses(rule.axes(), this::beginsRule);
    if (pipelineAxis != null || uses.size() > 1) {
      diagnostics
          .report(Code.LAYERS_ON_ONE_AXIS, layers.span())
          .help("give `layers` one axis")
          .add();
    }
    if (!uses.isEmpty()) {
      pipelineAxis = uses.get(0);
    }
  }

  private void put(Map<Dim, List<AxisUse>> to, Name dim, List<AxisUse> uses) {
    List<AxisUse> ofDim = uses.stream().map(use -> use.of(dim.span())).toList();
    List<AxisUse> first = to.putIfAbsent(dims.get(dim.text()), ofDim);
    if (first != null) {
      Diagnostics.Report report = diagnostics.report(Code.DIM_SHARDED_TWICE, dim.span(), dim);
      first.stream()
          .findFirst()
          .ifPresent(use -> report.note(use.span(), "`%s` has its axes here".formatted(dim)));
      report.help("write all its axes in one rule: `%s over a, b`".formatted(dim)).add();
    }
  }

  private void checkStreamBeginsWithShard() {
    stream.forEach(
        (dim, uses) -> {
          List<String> stored = uses.stream().map(AxisUse::axis).toList();
          List<AxisUse> rule = shard.getOrDefault(dim, List.of());
          List<String> ruled = rule.stream().map(AxisUse::axis).toList();
          boolean begins =
              stored.size() >= ruled.size() && stored.subList(0, ruled.size()).equals(ruled);
          if (!begins) {
            diagnostics
                .report(
                    Code.STREAM_CONTRADICTS,
                    uses.isEmpty() ? dim.span() : uses.get(0).span(),
                    dim,
                    String.join(", ", ruled))
                .note(rule.get(0).span(), "the shard rule is here")
                .help("write `%s over %s, …`".formatted(dim, String.join(", ", ruled)))
                .add();
          }
        });
  }

  /** An axis on two dimensions of one tensor: the stream, or a weight. */
  private void checkSharedAxes() {
    SharedAxes shared = new SharedAxes(axes.views(), diagnostics);
    for (Model.Stream each : model.streams()) {
      Map<Dim, List<AxisUse>> stored = new LinkedHashMap<>();
      each.dims()
          .forEach(
              dim -> stored.put(dim, stream.getOrDefault(dim, shard.getOrDefault(dim, List.of()))));
      String name = model.hasStreams() ? "stream `" + each.name() + "`" : "the stream";
      shared.report(stored, name);
    }
    for (Block block : model.allBlocks()) {
      for (Weight weight : block.weights()) {
        Map<Dim, List<AxisUse>> split = new LinkedHashMap<>();
        weight.dims().forEach(dim -> split.put(dim, shard.getOrDefault(dim, List.of())));
        shared.report(split, "weight `" + weight.fullName() + "`");
      }
    }
  }
}
