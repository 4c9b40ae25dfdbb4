package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.node.DecimalNode;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.schedule.Setting;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.NormKind;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds what each axis of a mesh is there for, and what a plan says besides. */
final class PlanReading {
  private static final String PLAIN = "one_f_one_b";
  private static final String INTERLEAVED = "interleaved";
  private static final int NODE = 8;
  private static final int BYTES = 4;

  private final Plan plan;
  private final PlanNumbers numbers;
  private final PlanValues values;
  private final MappedFacts facts;
  private final Set<String> data = new LinkedHashSet<>();
  private final Set<String> context = new LinkedHashSet<>();
  private final Set<String> tensor = new LinkedHashSet<>();

  private PlanReading(Compiled compiled, MappedFacts facts) {
    this.plan = compiled.plan();
    this.numbers = compiled.numbers();
    this.values = numbers.values();
    this.facts = facts;
  }

  /** Adds what a plan says to facts; those of its model are there already. */
  static void read(Compiled compiled, MappedFacts facts) {
    new PlanReading(compiled, facts).read();
  }

  private void read() {
    axes();
    batch();
    pipeline();
    experts();
    recompute();
    exchanges();
    optimizer();
    formats();
    if (plan.activations().unfused()) {
      facts.loss("`unfused`: attention that stores its scores");
    }
    if (!plan.activations().keep().isEmpty()) {
      facts.loss("`keep`: tensors that stay gathered");
    }
    if (!plan.frozen().weights().isEmpty()) {
      facts.loss("`freeze`: weights that are not trained");
    }
    if (plan.schedule().forwardOnly()) {
      facts.loss("a step without a backward pass");
    }
    if (plan.reduction().twoLevel() || !plan.twoLevelSums().axes().isEmpty()) {
      facts.loss("`two_level`: sums inside nodes and between them");
    }
    if (!plan.pins().isEmpty()) {
      facts.loss("`pin`: tensors of which the split is given");
    }
  }

  private long product(Set<String> axes) {
    long product = 1;
    for (String axis : axes) {
      product *= values.axis(axis);
    }
    return product;
  }

  private void axes() {
    List<Dim> stream = plan.model().stream();
    for (Dim dim : stream) {
      (dim.isOpen() ? data : context).addAll(plan.shardOf(dim));
    }
    for (Axis axis : values.axes()) {
      String name = axis.name();
      boolean isPipeline = plan.pipelineAxis() != null && plan.pipelineAxis().axis().equals(name);
      if (!isPipeline && !data.contains(name) && !context.contains(name)) {
        tensor.add(name);
      }
    }
    data.removeIf(axis -> plan.axis(axis).isEmpty());
    context.removeIf(axis -> plan.axis(axis).isEmpty());
    facts.number("dp", product(data), "data parallelism");
    facts.number("cp", product(context), "context parallelism");
    facts.number("tp", product(tensor), "tensor parallelism");
    facts.number("pp", numbers.stages(plan), "pipeline parallelism");
    long ranks = values.mesh().ranks();
    long each = NODE;
    while (ranks % each != 0) {
      each--;
    }
    facts.number("nodes", ranks / each, "nodes");
    facts.number("node_ranks", each, "GPUs of a node");
    order();
    boolean isSequence =
        stream.stream()
            .flatMap(dim -> plan.stream().getOrDefault(dim, List.of()).stream())
            .anyMatch(use -> tensor.contains(use.axis()));
    facts.flag("sequence", isSequence, "`stream:`");
    padding();
  }

  private String role(String axis) {
    if (data.contains(axis)) {
      return "dp";
    }
    if (context.contains(axis)) {
      return "cp";
    }
    return tensor.contains(axis) ? "tp" : "pp";
  }

  private void order() {
    List<String> roles = new ArrayList<>();
    for (Axis axis : values.axes()) {
      String role = role(axis.name());
      if (axis.size() > 1 && (roles.isEmpty() || !roles.get(roles.size() - 1).equals(role))) {
        roles.add(role);
      }
    }
    boolean isSwapped = roles.contains("pp") && roles.indexOf("dp") == 0;
    List<String> usual =
        new ArrayList<>(
            isSwapped ? List.of("dp", "pp", "cp", "tp") : List.of("pp", "dp", "cp", "tp"));
    usual.retainAll(roles);
    String layout =
        "`layout %s`"
            .formatted(String.join(" > ", values.axes().stream().map(Axis::name).toList()));
    facts.flag("swapped", isSwapped, layout);
    if (!usual.equals(roles)) {
      facts.loss(layout + ": ranks in another order");
    }
  }

  private void padding() {
    for (Operation operation : plan.model().embed().operations()) {
      if (operation instanceof Operation.Lookup lookup) {
        long ranks = product(tensor);
        long multiple = numbers.padding().getOrDefault(lookup.rows(), ranks);
        if (ranks > 1 && plan.shardOf(lookup.rows()).isEmpty()) {
          facts.loss("a vocabulary that is whole on each rank");
        } else if (ranks > 1 && (multiple == 0 || multiple % ranks == 0)) {
          facts.number(
              "vocab_multiple", Math.max(1, multiple / ranks), "`" + lookup.rows() + " padded`");
        } else if (ranks > 1) {
          facts.loss("`%s padded to %,d`".formatted(lookup.rows(), multiple));
        }
      }
    }
  }

  private void batch() {
    facts.number("micro", values.microBatch(), "`micro_batch`");
    facts.number("batch", values.batch(), "`batch`");
  }

  private void pipeline() {
    String schedule = values.schedule().toString();
    String name = values.schedule().name();
    long stages = numbers.stages(plan);
    long chunks = values.schedule().chunksOn((int) stages);
    facts.number("stage_chunks", chunks, "`schedule " + schedule + "`");
    boolean isPlain = stages == 1 || (name.equals(INTERLEAVED) && chunks == 1);
    facts.word("schedule", isPlain ? PLAIN : name, "`schedule " + schedule + "`");
    for (String setting : values.schedule().settings().keySet()) {
      if (!setting.equals(Setting.CHUNKS) && stages > 1) {
        facts.loss("`schedule " + schedule + "`: `" + setting + "`");
      }
    }
    if (plan.schedule().splitMessages() && stages > 1) {
      facts.loss("`schedule " + schedule + "` with split messages");
    }
    if (stages == 1) {
      return;
    }
    LayerSplit split = numbers.split(plan);
    List<Long> layers = new ArrayList<>();
    for (int place = 0; place < stages * chunks; place++) {
      layers.add((long) split.endLayer(place) - split.firstLayer(place));
    }
    facts.numbers("stage_layers", layers, "`stages`: layers of each stage");
    if (chunks == 1) {
      ends(layers);
    } else if (layers.stream().distinct().count() > 1) {
      facts.loss("`stages`: chunks of different numbers of layers");
    } else if (name.equals(INTERLEAVED)) {
      facts.number("chunk_layers", layers.get(0), "`schedule " + schedule + "`");
    }
  }

  /** Layers of the first and of the last stage, where they are others than those between. */
  private void ends(List<Long> layers) {
    int last = layers.size() - 1;
    List<Long> between = layers.subList(1, last);
    long middle = between.isEmpty() ? layers.get(last) : between.get(0);
    if (between.stream().anyMatch(count -> count != middle)) {
      facts.loss("`stages`: stages between the first and the last of different numbers of layers");
      return;
    }
    boolean isFirstOther = layers.get(0) != middle;
    if (isFirstOther) {
      facts.number("first", layers.get(0), "`stages`: the first stage");
    }
    if (layers.get(last) != middle || (isFirstOther && between.isEmpty())) {
      facts.number("last", layers.get(last), "`stages`: the last stage");
    }
  }

  private void experts() {
    for (Map.Entry<Dim, Operation.Dispatch> each : plan.model().expertRows().entrySet()) {
      ExpertLayout layout = new ExpertLayout(plan, each.getValue());
      long ep = 1;
      for (String axis : layout.expertAxes()) {
        ep *= numbers.axis(axis);
      }
      facts.number("ep", ep, "`" + each.getValue().experts() + " over`");
      facts.number("etp", isSplitOverTensor(each.getValue()) ? product(tensor) : 1, "experts");
    }
    Plan.Experts experts = plan.experts();
    if (experts.capacity() != null) {
      facts.put(
          "capacity",
          DecimalNode.valueOf(experts.capacity()),
          "`experts capacity = " + experts.capacityText() + "`");
    }
    if (experts.load() != null) {
      facts.loss("`experts load`: what routing does");
    }
    if (experts.imbalance() != null) {
      facts.loss("`experts imbalance = " + experts.imbalanceText() + "`: what routing does");
    }
  }

  private boolean isSplitOverTensor(Operation.Dispatch dispatch) {
    for (Block block : plan.model().blocks()) {
      if (!block.operations().contains(dispatch)) {
        continue;
      }
      return block.weights().stream()
          .filter(weight -> weight.dims().contains(dispatch.experts()))
          .flatMap(weight -> weight.dims().stream())
          .filter(dim -> !dim.equals(dispatch.experts()))
          .anyMatch(dim -> plan.shardOf(dim).stream().anyMatch(tensor::contains));
    }
    return false;
  }

  private void recompute() {
    Plan.Recompute again = plan.activations().recompute();
    Recompute resolved = values.recompute();
    String text = "`recompute " + String.join(", ", again.words()) + "`";
    facts.word(
        "granularity",
        resolved.extent() == Recompute.Extent.SELECTED
            ? "selective"
            : resolved.extent().name().toLowerCase(Locale.ROOT),
        text);
    facts.number("again_every", resolved.every(), text);
    if (again.isSelective() && resolved.every() > 1) {
      facts.loss(text + " every " + resolved.every() + " layers");
    }
    Set<String> modules = new LinkedHashSet<>();
    for (Block block : plan.model().blocks()) {
      if (again.blocks().contains(block.name())) {
        modules.add(wholeBlock(block));
      }
      for (Operation operation : block.operations()) {
        if (again.selects(block, operation)) {
          modules.add(part(block, operation));
        }
      }
    }
    if (modules.remove("")) {
      facts.loss(text + ": some of it has no name there");
    }
    if (!modules.isEmpty()) {
      facts.words("modules", modules, text);
    }
  }

  private static boolean has(Block block, Class<? extends Operation> kind) {
    return block.operations().stream().anyMatch(kind::isInstance);
  }

  private static String wholeBlock(Block block) {
    if (has(block, Operation.Attend.class)) {
      return "";
    }
    return has(block, Operation.Dispatch.class) ? "moe" : "mlp";
  }

  /** What Megatron-LM calls a part of a layer. */
  private static String part(Block block, Operation operation) {
    boolean isLatent = has(block, Operation.Concat.class);
    boolean isOfExperts = has(block, Operation.Dispatch.class);
    if (operation instanceof Operation.Attend) {
      return "core_attn";
    }
    if (operation instanceof Operation.Norm norm && norm.kind() != NormKind.SOFTMAX) {
      return "layernorm";
    }
    if (operation instanceof Operation.PointWise) {
      return isOfExperts ? "moe_act" : isLatent ? "mla_up_proj" : "";
    }
    return isLatent ? "mla_up_proj" : isOfExperts ? "shared_experts" : "";
  }

  private void exchanges() {
    if (!context.isEmpty()) {
      String kind = plan.context().kind().name().toLowerCase(Locale.ROOT);
      facts.word("exchange", kind, "`context " + kind + "`");
      if (!plan.context().repeat().isEmpty()) {
        facts.loss("`context " + kind + "` with repeated keys");
      }
    }
    boolean hasPieces = numbers.overlapChunks() > 1 && !plan.overlap().axes().isEmpty();
    facts.flag(
        "pieces", hasPieces, "`overlap " + String.join(", ", plan.overlap().axisNames()) + "`");
    if (plan.overlap().experts() != null) {
      facts.loss("`overlap experts`");
    }
    GradientReduction gradients = values.optimizer().gradients();
    facts.word(
        "reduce", gradients.when().name().toLowerCase(Locale.ROOT), "`reduce " + gradients + "`");
    if (gradients.when() == GradientReduction.When.IN_BUCKETS) {
      facts.number("bucket", gradients.bucketBytes() / BYTES, "`reduce " + gradients + "`");
    }
    if (gradients.blocking()) {
      facts.loss("`reduce " + gradients + "`: nothing waits for buckets");
    }
  }

  private void optimizer() {
    Optimizer optimizer = values.optimizer();
    Plan.Optimizer said = plan.optimizer();
    boolean isWhole = optimizer.shardedOver().isEmpty();
    String sharding =
        isWhole
            ? "nothing"
            : optimizer.weights().sharded()
                ? "weights"
                : said.gradientsSharded() ? "gradients" : "states";
    String over = String.join(", ", optimizer.shardedOver());
    facts.word("sharding", sharding, "`optimizer … sharded over " + over + "`");
    Set<String> all = new LinkedHashSet<>(data);
    all.addAll(context);
    all.removeIf(axis -> values.axis(axis) == 1);
    Set<String> sharded = new LinkedHashSet<>(optimizer.shardedOver());
    sharded.removeIf(axis -> plan.axis(axis).isPresent() && values.axis(axis) == 1);
    if (!isWhole && !sharded.equals(all)) {
      facts.loss("`optimizer … sharded over %s`, not over all replicas".formatted(over));
    }
    facts.flag(
        "clip",
        said.clipped(),
        "`optimizer` " + (said.clipped() ? "with" : "without") + " `clipped`");
    facts.flag("sgd", optimizer.algorithm() == Optimizer.Algorithm.SGD, "`optimizer`");
    if (optimizer.weights().sharded() && optimizer.weights().once()) {
      facts.loss("weights that stay gathered for all micro-batches");
    }
  }

  private void formats() {
    Precision precision = values.precision();
    String text = "`dtype " + precision.text() + "`";
    facts.word("tensors", precision.tensors().word(), text);
    facts.flag("bf16", precision.tensors() == NumberFormat.BF16, text);
    facts.flag("fp16", precision.tensors() == NumberFormat.FP16, text);
    facts.word("gradients", precision.gradients().word(), text);
    facts.word("moments", precision.moments().word(), text);
    if (precision.products() != null) {
      String format =
          switch (precision.products()) {
            case FP8_DELAYED, FP8_CURRENT, FP8_ROWWISE -> "hybrid";
            case FP8_BLOCKWISE, MXFP8 -> "e4m3";
            case NVFP4 -> "";
          };
      if (format.isEmpty()) {
        facts.flag("quantised", true, text);
      } else {
        facts.word("quantised", format, text);
      }
      facts.word("products", precision.products().words(), text);
    }
    List<NumberFormat> known = List.of(NumberFormat.BF16, NumberFormat.FP16, NumberFormat.FP32);
    if (!known.contains(precision.tensors())
        || precision.attention() != precision.tensors()
        || precision.master() != NumberFormat.FP32) {
      facts.loss(text);
    }
  }
}
