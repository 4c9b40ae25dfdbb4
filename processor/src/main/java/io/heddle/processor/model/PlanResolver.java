package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan.AxisUse;
import io.heddle.processor.model.Plan.MeshAxis;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves the names of a plan. */
final class PlanResolver {
  /** The word for the repetitions of all stacks in shard rules. */
  private static final String LAYERS = "layers";

  private static final List<String> FORMATS =
      List.of("fp64", "fp32", "tf32", "bf16", "fp16", "fp8");
  private static final List<String> OPTIMIZERS = List.of("adam", "sgd");
  private static final List<String> SCHEDULES = List.of("gpipe", "one_f_one_b");

  private final Declaration.Plan syntax;
  private final Model model;
  private final Names<Declaration.Cluster> clusters;
  private final HardwareResolver hardware;
  private final Diagnostics diagnostics;
  private final Names<MeshAxis> axes;
  private final Names<Dim> dims;
  private final Map<Dim, List<AxisUse>> shard = new LinkedHashMap<>();
  private final Map<Dim, List<AxisUse>> stream = new LinkedHashMap<>();
  private final Map<Dim, Plan.Padding> padding = new LinkedHashMap<>();
  private @Nullable AxisUse pipelineAxis;

  PlanResolver(
      Declaration.Plan syntax,
      Model model,
      Names<Declaration.Cluster> clusters,
      Names<Declaration.Device> devices,
      Diagnostics diagnostics) {
    this.syntax = syntax;
    this.model = model;
    this.clusters = clusters;
    this.hardware = new HardwareResolver(devices, diagnostics);
    this.diagnostics = diagnostics;
    this.axes = new Names<>("axis", MeshAxis::span, diagnostics);
    this.dims = new Names<>("dimension", Dim::span, diagnostics);
    model.dims().forEach(dim -> dims.declare(new Name(dim.name(), dim.span()), dim));
  }

  /** The plan; empty after findings. */
  Optional<Plan> resolve() {
    new NotYet(diagnostics).plan(syntax);
    for (PlanItem.Mesh mesh : items(PlanItem.Mesh.class)) {
      for (PlanItem.Setting axis : mesh.axes()) {
        ExpressionNames.check(axis.value(), axes, diagnostics);
        axes.declare(
            axis.name(), new MeshAxis(axis.name().text(), axis.value(), axis.name().span()));
      }
    }
    List<MeshAxis> declared = List.copyOf(axes.all().values());
    List<Plan.View> views = new ArrayList<>();
    items(PlanItem.View.class).forEach(view -> view(view).ifPresent(views::add));
    items(PlanItem.Shard.class).forEach(this::shard);
    List<MeshAxis> layout = layout(declared);
    List<Plan.Pin> pins = new ArrayList<>();
    items(PlanItem.Pin.class).forEach(pin -> pin(pin).ifPresent(pins::add));
    checkSharedAxes();
    Optional<Plan.Batch> batch = batch();
    Plan.Formats formats = formats();
    Optional<Cluster> cluster = cluster(formats);
    Plan.Schedule schedule = schedule();
    Plan.Recompute recompute = recompute();
    Plan.Optimizer optimizer = optimizer();
    if (items(PlanItem.Mesh.class).isEmpty()) {
      missing("mesh", "mesh pp = 4, dp = 2, tp = 8");
    }
    if (batch.isEmpty() || cluster.isEmpty() || diagnostics.hasErrors()) {
      return Optional.empty();
    }
    return Optional.of(
        new Plan(
            syntax.name().text(),
            syntax.documentation(),
            model,
            layout,
            pipelineAxis,
            shard,
            stream,
            padding,
            pins,
            views,
            experts(),
            context(),
            batch.get(),
            schedule,
            stages(),
            recompute,
            optimizer,
            formats,
            cluster.get(),
            syntax.name().span()));
  }

  private <T extends PlanItem> List<T> items(Class<T> kind) {
    return syntax.items().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The one item of a kind; a second is a finding. */
  private <T extends PlanItem> Optional<T> single(Class<T> kind, String word) {
    List<T> found = items(kind);
    for (T again : found.subList(Math.min(1, found.size()), found.size())) {
      diagnostics
          .report(Code.TWICE_IN_PLAN, again.span(), word)
          .note(found.get(0).span(), "the first one is here")
          .add();
    }
    return found.stream().findFirst();
  }

  private void missing(String word, String form) {
    diagnostics
        .report(Code.MISSING_IN_PLAN, syntax.name().span(), syntax.name(), word)
        .help("add a line such as `" + form + "`")
        .add();
  }

  private void shard(PlanItem.Shard item) {
    for (PlanItem.Rule rule : item.rules()) {
      for (Name dim : rule.dims()) {
        if (dim.text().equals(LAYERS) && !dims.contains(LAYERS)) {
          pipeline(rule, dim);
        } else if (dims.contains(dim.text())) {
          put(shard, dim, uses(rule.axes()));
          pad(rule, dims.get(dim.text()));
        } else {
          dims.unknown(dim, null);
        }
      }
    }
    for (PlanItem.Rule rule : item.stream()) {
      for (Name dim : rule.dims()) {
        Optional<Dim> found = dims.find(dim);
        if (found.isPresent() && !model.stream().contains(found.get())) {
          diagnostics
              .report(Code.NOT_IN_STREAM, dim.span(), dim)
              .help(
                  "the stream has "
                      + String.join(", ", model.stream().stream().map(Dim::name).toList()))
              .add();
        } else if (found.isPresent()) {
          put(stream, dim, uses(rule.axes()));
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
      ExpressionNames.check(padded.multiple(), axes, diagnostics);
    }
    padding.put(dim, new Plan.Padding(padded.multiple(), padded.span()));
  }

  private void pipeline(PlanItem.Rule rule, Name layers) {
    List<AxisUse> uses = uses(rule.axes());
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
    List<AxisUse> first = to.putIfAbsent(dims.get(dim.text()), uses);
    if (first != null) {
      Diagnostics.Report report = diagnostics.report(Code.DIM_SHARDED_TWICE, dim.span(), dim);
      first.stream()
          .findFirst()
          .ifPresent(use -> report.note(use.span(), "`%s` has its axes here".formatted(dim)));
      report.help("write all its axes in one rule: `%s over a, b`".formatted(dim)).add();
    }
  }

  private List<AxisUse> uses(List<Name> names) {
    List<AxisUse> uses = new ArrayList<>();
    for (Name name : names) {
      if (axes.find(name).isPresent()) {
        if (uses.stream().anyMatch(use -> use.axis().equals(name.text()))) {
          diagnostics.report(Code.AXIS_TWICE, name.span(), name).add();
        } else {
          uses.add(new AxisUse(name.text(), name.span()));
        }
      }
    }
    return uses;
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
    Map<Dim, List<AxisUse>> stored = new LinkedHashMap<>();
    model.stream()
        .forEach(
            dim -> stored.put(dim, stream.getOrDefault(dim, shard.getOrDefault(dim, List.of()))));
    SharedAxes.report(stored, "the stream", diagnostics);
    for (Block block : model.allBlocks()) {
      for (Weight weight : block.weights()) {
        Map<Dim, List<AxisUse>> split = new LinkedHashMap<>();
        weight.dims().forEach(dim -> split.put(dim, shard.getOrDefault(dim, List.of())));
        SharedAxes.report(split, "weight `" + weight.fullName() + "`", diagnostics);
      }
    }
  }

  /** A view; its axes are then known as those of the mesh are. */
  private Optional<Plan.View> view(PlanItem.View item) {
    List<String> from = uses(item.from()).stream().map(AxisUse::axis).toList();
    Names<PlanItem.Setting> sizes =
        new Names<>("axis of the view", setting -> setting.name().span(), diagnostics);
    item.sizes().forEach(setting -> sizes.declare(setting.name(), setting));
    List<Plan.ViewAxis> to = new ArrayList<>();
    Name leftOver = null;
    for (Name axis : item.to()) {
      PlanItem.Setting size = sizes.get(axis.text());
      if (size == null && leftOver != null) {
        diagnostics
            .report(Code.VIEW_SIZES, axis.span(), leftOver, axis)
            .help("add `where %s = …`".formatted(axis))
            .add();
      }
      leftOver = size == null ? axis : leftOver;
      if (size != null) {
        ExpressionNames.check(size.value(), axes, diagnostics);
      }
      to.add(new Plan.ViewAxis(axis.text(), size == null ? null : size.value(), axis.span()));
    }
    for (PlanItem.Setting setting : item.sizes()) {
      if (item.to().stream().noneMatch(axis -> axis.text().equals(setting.name().text()))) {
        Names<Plan.ViewAxis> known =
            new Names<>("axis of the view", Plan.ViewAxis::span, diagnostics);
        to.forEach(axis -> known.declare(new Name(axis.name(), axis.span()), axis));
        known.unknown(setting.name(), null);
      }
    }
    for (Name axis : item.to()) {
      axes.declare(
          axis, new MeshAxis(axis.text(), new Expression.Literal(1, axis.span()), axis.span()));
    }
    return Optional.of(new Plan.View(item.name().text(), from, to, item.span()));
  }

  private Plan.Context context() {
    Optional<PlanItem.Context> item = single(PlanItem.Context.class, "context");
    if (item.isEmpty()) {
      return new Plan.Context(Plan.Context.Kind.NONE, syntax.name().span());
    }
    String word = known(item.get().kind(), "context", List.of("ring", "all_gather", "all_to_all"));
    Plan.Context.Kind kind =
        word.equals("all_to_all") ? Plan.Context.Kind.ALL_TO_ALL : Plan.Context.Kind.ALL_GATHER;
    return new Plan.Context(kind, item.get().span());
  }

  private Plan.Experts experts() {
    BigDecimal capacity = null;
    BigDecimal imbalance = null;
    Span span = syntax.name().span();
    for (PlanItem.Experts item : items(PlanItem.Experts.class)) {
      span = item.span();
      for (PlanItem.ExpertSetting setting : item.settings()) {
        if (setting.name().text().equals("exchange")) {
          continue;
        }
        String word = known(setting.name(), "setting", List.of("capacity", "imbalance"));
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

  private List<MeshAxis> layout(List<MeshAxis> declared) {
    Optional<PlanItem.Layout> item = single(PlanItem.Layout.class, "layout");
    if (item.isEmpty()) {
      return declared;
    }
    List<MeshAxis> layout = new ArrayList<>();
    for (Name name : item.get().axes()) {
      Optional<MeshAxis> axis = axes.find(name);
      if (axis.isPresent() && layout.contains(axis.get())) {
        diagnostics.report(Code.AXIS_TWICE, name.span(), name).add();
      } else {
        axis.ifPresent(layout::add);
      }
    }
    List<String> missing =
        declared.stream().filter(a -> !layout.contains(a)).map(MeshAxis::name).toList();
    if (!missing.isEmpty()) {
      diagnostics
          .report(Code.LAYOUT_INCOMPLETE, item.get().span(), String.join(", ", missing))
          .help("name every axis of the mesh once, outermost first")
          .add();
    }
    return layout;
  }

  private Optional<Plan.Pin> pin(PlanItem.Pin item) {
    Optional<Block> block =
        model.allBlocks().stream().filter(b -> b.name().equals(item.block().text())).findFirst();
    if (block.isEmpty()) {
      Names<Block> names = new Names<>("block", Block::span, diagnostics);
      model.allBlocks().forEach(b -> names.declare(new Name(b.name(), b.span()), b));
      names.unknown(item.block(), null);
      return Optional.empty();
    }
    Optional<? extends Operand> operand = block.get().weight(item.tensor().text());
    if (operand.isEmpty() && !item.gradient()) {
      operand = block.get().tensor(item.tensor().text());
    }
    if (operand.isEmpty()) {
      diagnostics
          .report(
              Code.UNKNOWN_NAME,
              item.tensor().span(),
              item.gradient() ? "weight" : "tensor or weight",
              item.tensor())
          .help("block `%s` stores: %s".formatted(block.get().name(), stored(block.get(), item)))
          .add();
      return Optional.empty();
    }
    Operand tensor = operand.get();
    Map<Dim, List<AxisUse>> split = new LinkedHashMap<>();
    for (PlanItem.PinnedDim pinned : item.dims()) {
      dims.find(pinned.dim())
          .ifPresent(
              dim -> {
                if (!tensor.dims().contains(dim)) {
                  diagnostics.report(Code.PIN_DIMS, pinned.dim().span(), dim, tensor.name()).add();
                }
                split.put(dim, uses(pinned.axes()));
              });
    }
    SharedAxes.report(split, "the pin of `" + tensor.name() + "`", diagnostics);
    return Optional.of(new Plan.Pin(item.gradient(), tensor, split, item.span()));
  }

  private static String stored(Block block, PlanItem.Pin item) {
    List<String> names = new ArrayList<>(block.weights().stream().map(Weight::name).toList());
    if (!item.gradient()) {
      block.operations().forEach(op -> op.results().forEach(result -> names.add(result.name())));
    }
    return String.join(", ", names);
  }

  private Optional<Plan.Batch> batch() {
    Expression batch = null;
    Expression microBatch = null;
    Span span = syntax.name().span();
    for (PlanItem.Batch item : items(PlanItem.Batch.class)) {
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
      missing(batch == null ? "batch" : "micro_batch", "batch 128  micro_batch 1");
      return Optional.empty();
    }
    ExpressionNames.check(batch, axes, diagnostics);
    ExpressionNames.check(microBatch, axes, diagnostics);
    return Optional.of(new Plan.Batch(batch, microBatch, span));
  }

  private Plan.Formats formats() {
    Optional<PlanItem.NumberFormats> item = single(PlanItem.NumberFormats.class, "dtype");
    Span span = item.map(PlanItem.NumberFormats::span).orElse(syntax.name().span());
    String tensors = item.map(i -> known(i.tensors(), "number format", FORMATS)).orElse("bf16");
    String gradients =
        item.map(PlanItem.NumberFormats::gradients)
            .map(name -> known(name, "number format", FORMATS))
            .orElse("fp32");
    return new Plan.Formats(tensors, gradients, span);
  }

  private String known(Name name, String sort, List<String> words) {
    if (!words.contains(name.text())) {
      diagnostics
          .report(Code.UNKNOWN_NAME, name.span(), sort, name)
          .help("known: " + String.join(", ", words))
          .add();
    }
    return name.text();
  }

  private Optional<Cluster> cluster(Plan.Formats formats) {
    Optional<PlanItem.On> item = single(PlanItem.On.class, "on");
    if (item.isEmpty()) {
      missing("on", "on hgx_h100(nodes = 8)");
      return Optional.empty();
    }
    if (!FORMATS.contains(formats.tensors())) {
      return Optional.empty();
    }
    return clusters
        .find(item.get().cluster())
        .flatMap(
            cluster ->
                hardware.resolve(item.get(), cluster, new Name(formats.tensors(), formats.span())));
  }

  private Plan.Schedule schedule() {
    Optional<PlanItem.Schedule> item = single(PlanItem.Schedule.class, "schedule");
    if (item.isEmpty() || new NotYet(diagnostics).schedule(item.get())) {
      return new Plan.Schedule("one_f_one_b", syntax.name().span());
    }
    Name name = item.get().name();
    if (SCHEDULES.contains(name.text()) && !item.get().settings().isEmpty()) {
      diagnostics.report(Code.ARGUMENTS, item.get().span(), name, "no settings").add();
    }
    return new Plan.Schedule(known(name, "schedule", SCHEDULES), name.span());
  }

  private Plan.Stages stages() {
    Optional<PlanItem.Stages> item = single(PlanItem.Stages.class, "stages");
    if (item.isEmpty()) {
      return new Plan.Stages(false, List.of(), syntax.name().span());
    }
    List<Plan.Run> runs = new ArrayList<>();
    for (PlanItem.Run run : item.get().runs()) {
      ExpressionNames.check(run.stages(), axes, diagnostics);
      ExpressionNames.check(run.layers(), axes, diagnostics);
      runs.add(new Plan.Run(run.stages(), run.layers()));
    }
    return new Plan.Stages(item.get().balanced(), runs, item.get().span());
  }

  private Plan.Recompute recompute() {
    Optional<PlanItem.Recompute> item = single(PlanItem.Recompute.class, "recompute");
    if (item.isEmpty()) {
      return new Plan.Recompute(false, syntax.name().span());
    }
    List<Name> what =
        item.get().what().stream()
            .filter(each -> each.statement() == null)
            .map(PlanItem.What::block)
            .toList();
    what.forEach(name -> known(name, "recomputation", List.of("none", "full")));
    boolean full = what.size() == 1 && what.get(0).text().equals("full");
    return new Plan.Recompute(full, item.get().span());
  }

  private Plan.Optimizer optimizer() {
    Optional<PlanItem.Optimizer> item = single(PlanItem.Optimizer.class, "optimizer");
    if (item.isEmpty()) {
      return new Plan.Optimizer("adam", List.of(), syntax.name().span());
    }
    String algorithm = known(item.get().algorithm(), "optimizer", OPTIMIZERS);
    List<AxisUse> sharded = uses(item.get().shardedOver());
    List<String> dataAxes = new ArrayList<>();
    for (Dim dim : model.stream()) {
      shard.getOrDefault(dim, List.of()).forEach(use -> dataAxes.add(use.axis()));
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
