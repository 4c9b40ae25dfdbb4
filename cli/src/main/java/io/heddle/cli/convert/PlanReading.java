package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.node.DecimalNode;
import io.heddle.plan.ActivationFormats;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.schedule.Setting;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.NormKind;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds what each axis of a mesh is there for, and what a plan says besides. */
final class PlanReading {
  private static final String PLAIN = "one_f_one_b";
  private static final String INTERLEAVED = "interleaved";
  private static final int BYTES = 4;

  private final Plan plan;
  private final PlanNumbers numbers;
  private final PlanValues values;
  private final MappedFacts facts;
  private final LayoutReading layout;

  private PlanReading(Compiled compiled, MappedFacts facts) {
    this.plan = compiled.plan();
    this.numbers = compiled.numbers();
    this.values = numbers.values();
    this.facts = facts;
    this.layout = new LayoutReading(compiled, facts);
  }

  /** Adds what a plan says to facts; those of its model are there already. */
  static void read(Compiled compiled, MappedFacts facts) {
    new PlanReading(compiled, facts).read();
  }

  private void read() {
    layout.axes();
    layout.order();
    layout.padding();
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
    layout.experts();
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
    if (!layout.context().isEmpty()) {
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
    Set<String> all = new LinkedHashSet<>(layout.data());
    all.addAll(layout.context());
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
    ActivationFormats activations = precision.activations();
    boolean isWide =
        activations.stream() == NumberFormat.FP32 && precision.tensors() != NumberFormat.FP32;
    facts.flag("residual", isWide, text);
    boolean isSaid =
        (isWide || activations.stream() == precision.tensors())
            && activations.qkv() == precision.tensors()
            && activations.exchanges() == null
            && activations.logits() == precision.tensors();
    List<NumberFormat> known = List.of(NumberFormat.BF16, NumberFormat.FP16, NumberFormat.FP32);
    if (!known.contains(precision.tensors())
        || precision.attention() != precision.tensors()
        || precision.master() != NumberFormat.FP32
        || !isSaid) {
      facts.loss(text);
    }
  }
}
