package io.heddle.processor.oracle;

import io.heddle.plan.KernelKind;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.View;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.local.BackwardSplit;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalNode;
import io.heddle.processor.local.LocalNode.Communicate;
import io.heddle.processor.local.LocalNode.Compute;
import io.heddle.processor.local.LocalNode.Ring;
import io.heddle.processor.local.LocalNode.Shape;
import io.heddle.processor.local.LocalProgram;
import io.heddle.processor.local.LocalWeight;
import io.heddle.processor.local.Pieces;
import io.heddle.processor.local.Size;
import io.heddle.processor.local.Sizes;
import io.heddle.processor.local.Value;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Weight;
import io.heddle.runtime.trace.DataGroups;
import io.heddle.runtime.trace.Exchange;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelShape;
import io.heddle.runtime.trace.KernelSpec;
import io.heddle.runtime.trace.PipelineFlattener;
import io.heddle.runtime.trace.RankEmitter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks the program of the ranks instead of having it generated as Java. What both share is the
 * loop over micro-batches and layers; nodes, sizes, groups and the step are worked out here again.
 */
final class InterpretedFlattener extends PipelineFlattener {
  private final LocalProgram program;
  private final Plan plan;
  private final PlanNumbers numbers;
  private final Sizes sizes;
  private final List<GroupKind> kinds;

  /** Interprets a plan with the values of its file. */
  InterpretedFlattener(TfmCompiler.Compiled compiled, PlanValues values) {
    super(
        values,
        pipelineAxis(compiled.plan()),
        kinds(compiled.program()),
        views(compiled.plan(), compiled.numbers()));
    this.program = compiled.program();
    this.plan = compiled.plan();
    this.numbers = compiled.numbers();
    this.sizes = new Sizes(numbers, plan.formats().tensors(), plan.formats().gradients());
    this.kinds = kinds(program);
    long together = 0;
    for (Dim dim : plan.model().stream()) {
      together = dim.isOpen() ? numbers.dims().get(dim) : together;
    }
    schedule(numbers.totalLayers(), numbers.batch() / together);
    if (plan.reducesEarly() || plan.optimizer().weights() != null) {
      share(dataGroups());
    }
  }

  /** What each unit has of the gradients and weights of each data group. */
  private DataGroups dataGroups() {
    DataGroups groups = new DataGroups(bytesOf(Size.Format.GRADIENT), bytesOf(Size.Format.TENSOR));
    long end = 0;
    for (Model.Stack stack : plan.model().stacks()) {
      end += numbers.layers().get(stack);
      groups.stack(end);
    }
    for (Map.Entry<List<String>, List<LocalWeight>> entry : program.step().data().entrySet()) {
      List<String> over = sharded(plan, entry.getKey(), true);
      List<String> rest = sharded(plan, entry.getKey(), false);
      List<LocalWeight> weights = entry.getValue();
      groups.over(
          String.join(".", over),
          group(over),
          sizes.ranks(over),
          String.join(".", rest),
          group(rest),
          sizes.ranks(rest));
      groups.embed(gradients(program.embed(), weights), weights(program.embed(), weights));
      Weight once = stages() == 1 ? plan.model().tied() : null;
      groups.head(
          elements(program.head(), weights, LocalWeight::gradientElements, once),
          weights(program.head(), weights));
      for (int i = 0; i < plan.model().stacks().size(); i++) {
        for (Block block : plan.model().stacks().get(i).blocks()) {
          BlockProgram layer = programOf(block);
          groups.layer(i, gradients(layer, weights), weights(layer, weights));
        }
      }
    }
    return groups;
  }

  private long gradients(BlockProgram block, List<LocalWeight> weights) {
    return elements(block, weights, LocalWeight::gradientElements, null);
  }

  private long weights(BlockProgram block, List<LocalWeight> weights) {
    return elements(block, weights, LocalWeight::elements, null);
  }

  private static String pipelineAxis(Plan plan) {
    return plan.pipelineAxis() == null ? "" : plan.pipelineAxis().axis();
  }

  private static List<View> views(Plan plan, PlanNumbers numbers) {
    List<View> views = new ArrayList<>();
    for (Plan.View view : plan.views()) {
      List<Axis> to = new ArrayList<>();
      view.to().forEach(a -> to.add(new Axis(a.name(), (int) numbers.axis(a.name()))));
      views.add(new View(view.from(), to));
    }
    return views;
  }

  /** Groups in the order in which the program first uses them. */
  private static List<GroupKind> kinds(LocalProgram program) {
    List<GroupKind> kinds = new ArrayList<>();
    for (BlockProgram block : program.allBlocks()) {
      for (LocalNode node : block.nodes()) {
        if (node instanceof Communicate collective) {
          use(kinds, collective.axes());
        } else if (node instanceof Ring ring) {
          use(kinds, ring.axes());
        }
      }
    }
    program.step().first().keySet().forEach(axes -> use(kinds, axes));
    Plan plan = program.plan();
    if (plan.model().tied() != null && plan.pipelineAxis() != null) {
      kinds.add(GroupKind.ends(plan.pipelineAxis().axis()));
    }
    program
        .step()
        .data()
        .forEach(
            (axes, weights) -> {
              use(kinds, sharded(plan, axes, true));
              use(kinds, sharded(plan, axes, false));
              gathered(weights).keySet().forEach(over -> use(kinds, over));
            });
    if (plan.optimizer().clipped()) {
      use(kinds, spread(program));
    }
    use(kinds, shared(program));
    return kinds;
  }

  /** The axes along which ranks have other gradients when these are reduced. */
  private static List<String> spread(LocalProgram program) {
    Plan plan = program.plan();
    Set<String> axes = new TreeSet<>();
    for (Map.Entry<List<String>, List<LocalWeight>> entry : program.step().data().entrySet()) {
      axes.addAll(sharded(plan, entry.getKey(), true));
      entry.getValue().forEach(weight -> axes.addAll(weight.sharding().splitAxes()));
    }
    for (Plan.View view : plan.views()) {
      boolean uses = view.to().stream().anyMatch(axis -> axes.contains(axis.name()));
      view.from().stream().filter(axis -> uses).forEach(axes::add);
    }
    axes.add(pipelineAxis(plan));
    return plan.layout().stream().map(Plan.MeshAxis::name).filter(axes::contains).toList();
  }

  /** The axes over whose ranks messages are split: the stream is whole on all of them. */
  private static List<String> shared(LocalProgram program) {
    Plan plan = program.plan();
    List<String> axes = new ArrayList<>();
    if (plan.schedule().splitMessages() && plan.pipelineAxis() != null) {
      plan.layout().forEach(axis -> axes.add(axis.name()));
      axes.removeAll(program.stream().splitAxes());
      axes.remove(plan.pipelineAxis().axis());
    }
    return axes;
  }

  @Override
  protected long messageBytes() {
    return rounded(streamBytes(), sizes.ranks(shared(program)));
  }

  @Override
  protected long assemble(RankEmitter rank, long received) {
    List<String> axes = shared(program);
    if (sizes.ranks(axes) == 1) {
      return received;
    }
    return rank.needs(received).allGather("gather.stream", group(axes), messageBytes());
  }

  private static void use(List<GroupKind> kinds, List<String> axes) {
    GroupKind kind = new GroupKind(axes, GroupKind.Members.ALL);
    if (!axes.isEmpty() && !kinds.contains(kind)) {
      kinds.add(kind);
    }
  }

  /** Those of the axes over which the optimizer is sharded, or those over which it is not. */
  private static List<String> sharded(Plan plan, List<String> axes, boolean wanted) {
    Set<String> over = new TreeSet<>();
    plan.optimizer().shardedOver().forEach(use -> over.add(use.axis()));
    // Where the major axis of a regrouping is, so is the major one of those that it makes.
    for (Plan.View view : plan.views()) {
      if (over.contains(view.from().get(0))) {
        over.add(view.to().get(0).name());
      }
    }
    return axes.stream().filter(axis -> over.contains(axis) == wanted).toList();
  }

  private static Map<List<String>, List<LocalWeight>> gathered(List<LocalWeight> weights) {
    Map<List<String>, List<LocalWeight>> gathered = new LinkedHashMap<>();
    for (LocalWeight weight : weights) {
      List<String> axes = new ArrayList<>(weight.gradient().splitAxes());
      axes.removeAll(weight.sharding().splitAxes());
      if (!axes.isEmpty()) {
        gathered.computeIfAbsent(axes, unused -> new ArrayList<>()).add(weight);
      }
    }
    return gathered;
  }

  private int group(List<String> axes) {
    return kinds.indexOf(new GroupKind(axes, GroupKind.Members.ALL));
  }

  /** Runs the nodes of a block; returns the node that makes {@code result}. */
  private long nodes(
      RankEmitter rank,
      BlockProgram block,
      List<LocalNode> nodes,
      Value argument,
      long argumentNode,
      Value result,
      Set<Value> again) {
    Map<Value, Long> made = new HashMap<>();
    made.put(argument, argumentNode);
    for (LocalNode node : nodes) {
      if (again.contains(node.output())) {
        rank.recompute();
      }
      String name = block.block().name() + "." + node.operation();
      if (node instanceof Compute compute) {
        made.put(node.output(), kernel(rank, name, compute, made));
      } else if (node instanceof Ring ring) {
        ring(rank, block, ring, made);
      } else {
        made.put(node.output(), collective(rank, name, (Communicate) node, made));
      }
      if (again.contains(node.output())) {
        rank.backward();
      }
    }
    return result.isBefore() ? RankEmitter.NONE : made.get(result);
  }

  private long kernel(RankEmitter rank, String name, Compute node, Map<Value, Long> made) {
    Kernel kernel = kernel(name, node);
    Pieces pieces = node.pieces();
    if (pieces == null) {
      node.inputs().forEach(input -> rank.needs(made.get(input)));
      return rank.compute(kernel);
    }
    return inPieces(rank, node, pieces, made)
        .compute(kernel.inPieces(pieces(pieces), sizes.of(pieces.again())));
  }

  private Kernel kernel(String name, Compute node) {
    KernelShape shape;
    if (node.shape() instanceof Shape.Gemm gemm) {
      shape =
          new KernelShape.Gemm(
              sizes.of(gemm.batch()), sizes.of(gemm.m()), sizes.of(gemm.k()), sizes.of(gemm.n()));
    } else if (node.shape() instanceof Shape.Attention attention) {
      shape =
          new KernelShape.Attention(
              sizes.of(attention.batch()),
              sizes.of(attention.queries()),
              sizes.of(attention.keys()),
              sizes.of(attention.k()),
              sizes.of(attention.n()));
    } else {
      shape = new KernelShape.Elements(sizes.of(((Shape.Elements) node.shape()).elements()));
    }
    KernelSpec spec =
        new KernelSpec(
            name, node.function().kind(), node.title(), shape, plan().precision().tensors());
    return spec.costs(
        sizes.of(node.operations()), sizes.of(node.bytes()), sizes.of(node.matmulOperations()));
  }

  private long pieces(Pieces pieces) {
    long count = numbers.overlapChunks();
    for (Size places : pieces.cut().places()) {
      count = Math.min(count, sizes.of(places));
    }
    return sizes.ranks(pieces.cut().axes()) == 1 ? 1 : count;
  }

  /** Names what a node in pieces needs whole, and what in pieces. */
  private io.heddle.runtime.trace.Pieces inPieces(
      RankEmitter rank, LocalNode node, Pieces pieces, Map<Value, Long> made) {
    for (Value input : node.inputs()) {
      if (!pieces.neighbours().containsKey(input)) {
        rank.needs(made.get(input));
      }
    }
    io.heddle.runtime.trace.Pieces begun = rank.pieces(pieces(pieces));
    for (Value input : node.inputs()) {
      if (pieces.neighbours().containsKey(input)) {
        begun.of(made.get(input), sizes.ranks(pieces.neighbours().get(input)));
      }
    }
    return begun;
  }

  private void ring(RankEmitter rank, BlockProgram block, Ring node, Map<Value, Long> made) {
    String in = block.block().name() + ".";
    Compute kernel = node.kernel();
    String name = in + kernel.operation();
    node.own().forEach(value -> rank.needs(made.get(value)));
    io.heddle.runtime.trace.Ring ring =
        rank.ring(name + ".keys", group(node.axes()), sizes.of(node.message()));
    kernel.inputs().stream()
        .filter(value -> !node.own().contains(value))
        .forEach(value -> ring.needs(made.get(value)));
    Kernel first = kernel(name, kernel);
    Kernel later = first.moving(sizes.of(node.laterBytes()));
    Compute sum = node.sum();
    if (sum == null) {
      made.put(kernel.output(), ring.forward(first, later));
      return;
    }
    made.put(kernel.output(), ring.backward(first, later, kernel(in + sum.operation(), sum)));
    made.put(sum.output(), rank.broughtHome());
  }

  private long collective(RankEmitter rank, String name, Communicate node, Map<Value, Long> made) {
    long before = node.inputs().isEmpty() ? RankEmitter.NONE : made.get(node.inputs().get(0));
    if (sizes.ranks(node.axes()) == 1) {
      return before;
    }
    int group = group(node.axes());
    long bytes = sizes.of(node.bytes());
    if (node.pieces() != null) {
      io.heddle.runtime.trace.Pieces pieces = inPieces(rank, node, node.pieces(), made);
      return switch (node.kind()) {
        case ALL_GATHER -> pieces.allGather(name, group, bytes);
        case REDUCE_SCATTER -> pieces.reduceScatter(name, group, bytes);
        case ALL_REDUCE -> pieces.allReduce(name, group, bytes);
        case ALL_TO_ALL -> throw new IllegalArgumentException(name);
      };
    }
    rank.needs(before);
    return switch (node.kind()) {
      case ALL_GATHER -> rank.allGather(name, group, bytes);
      case REDUCE_SCATTER -> rank.reduceScatter(name, group, bytes);
      case ALL_REDUCE -> rank.allReduce(name, group, bytes);
      case ALL_TO_ALL ->
          rank.allToAll(name, group, bytes, Exchange.valueOf(node.exchange().name()));
    };
  }

  private long forward(RankEmitter rank, BlockProgram block, long x) {
    return nodes(
        rank, block, block.forward(), BlockProgram.ARGUMENT, x, block.forwardResult(), Set.of());
  }

  private long backward(RankEmitter rank, BlockProgram block, long dout) {
    return nodes(
        rank,
        block,
        block.backward(),
        BlockProgram.RESULT_GRADIENT,
        dout,
        block.backwardResult(),
        Set.of());
  }

  private long backwardRecomputing(RankEmitter rank, BlockProgram block, long dout) {
    BlockProgram.Recomputing recomputing = block.recomputing();
    if (recomputing == null) {
      return backward(rank, block, dout);
    }
    if (recomputing.whole()) {
      rank.recompute();
      forward(rank, block, RankEmitter.NONE);
      rank.backward();
      return backward(rank, block, dout);
    }
    return nodes(
        rank,
        block,
        recomputing.backward(),
        BlockProgram.RESULT_GRADIENT,
        dout,
        recomputing.backwardResult(),
        recomputing.again());
  }

  private long backwardInput(RankEmitter rank, BlockProgram block, long dout, boolean again) {
    BlockProgram.Recomputing recomputing = again ? block.recomputing() : null;
    if (recomputing != null && recomputing.whole()) {
      rank.recompute();
      forward(rank, block, RankEmitter.NONE);
      rank.backward();
      recomputing = null;
    }
    return nodes(
        rank,
        block,
        split(block, recomputing).input(),
        BlockProgram.RESULT_GRADIENT,
        dout,
        recomputing == null ? block.backwardResult() : recomputing.backwardResult(),
        recomputing == null ? Set.of() : recomputing.again());
  }

  private void backwardWeight(RankEmitter rank, BlockProgram block, boolean again) {
    BlockProgram.Recomputing recomputing = again ? block.recomputing() : null;
    if (recomputing != null && recomputing.whole()) {
      recomputing = null;
    }
    nodes(
        rank,
        block,
        split(block, recomputing).weight(),
        Value.BEFORE,
        RankEmitter.NONE,
        Value.BEFORE,
        recomputing == null ? Set.of() : recomputing.again());
  }

  private BackwardSplit split(BlockProgram block, BlockProgram.@Nullable Recomputing recomputing) {
    return recomputing == null
        ? BackwardSplit.of(block.backward(), block.backwardResult(), Set.of(), overlapped())
        : BackwardSplit.of(
            recomputing.backward(),
            recomputing.backwardResult(),
            recomputing.again(),
            overlapped());
  }

  private List<String> overlapped() {
    return plan.overlap().axes().stream().map(Plan.AxisUse::axis).toList();
  }

  private List<BlockProgram> blocksOf(int layer) {
    long end = 0;
    for (Model.Stack stack : plan.model().stacks()) {
      end += numbers.layers().get(stack);
      if (layer < end) {
        return stack.blocks().stream().map(this::programOf).toList();
      }
    }
    throw new IllegalArgumentException("layer " + layer);
  }

  private BlockProgram programOf(Block block) {
    return program.blocks().stream()
        .filter(candidate -> candidate.block().equals(block))
        .findFirst()
        .orElseThrow();
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return forward(rank, program.embed(), RankEmitter.NONE);
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    long out = x;
    for (BlockProgram block : blocksOf(layer)) {
      out = forward(rank, block, out);
    }
    return out;
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {
    forward(rank, program.head(), x);
  }

  @Override
  protected long backwardHead(RankEmitter rank) {
    return backward(rank, program.head(), RankEmitter.NONE);
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    List<BlockProgram> blocks = blocksOf(layer);
    long out = dx;
    for (int i = blocks.size() - 1; i >= 0; i--) {
      out =
          recomputes(layer)
              ? backwardRecomputing(rank, blocks.get(i), out)
              : backward(rank, blocks.get(i), out);
    }
    return out;
  }

  @Override
  protected long backwardHeadInput(RankEmitter rank) {
    return backwardInput(rank, program.head(), RankEmitter.NONE, false);
  }

  @Override
  protected void backwardHeadWeight(RankEmitter rank) {
    backwardWeight(rank, program.head(), false);
  }

  @Override
  protected long backwardLayerInput(RankEmitter rank, int layer, long dx) {
    List<BlockProgram> blocks = blocksOf(layer);
    long out = dx;
    for (int i = blocks.size() - 1; i >= 0; i--) {
      out = backwardInput(rank, blocks.get(i), out, recomputes(layer));
    }
    return out;
  }

  @Override
  protected void backwardLayerWeight(RankEmitter rank, int layer) {
    List<BlockProgram> blocks = blocksOf(layer);
    for (int i = blocks.size() - 1; i >= 0; i--) {
      backwardWeight(rank, blocks.get(i), recomputes(layer));
    }
  }

  @Override
  protected void backwardEmbed(RankEmitter rank, long dx) {
    backward(rank, program.embed(), dx);
  }

  @Override
  protected long streamBytes() {
    return sizes.of(program.streamElements()) * bytesOf(Size.Format.TENSOR);
  }

  private long bytesOf(Size.Format format) {
    return sizes.of(new Size.ElementBytes(format));
  }

  @Override
  public long tokens() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long parameters() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void step(RankEmitter rank, int stage) {
    List<Long> reduced = new ArrayList<>();
    boolean early = plan.reducesEarly();
    long before = early ? rank.reduced() : RankEmitter.NONE;
    if (before != RankEmitter.NONE) {
      reduced.add(before);
    }
    program
        .step()
        .first()
        .forEach(
            (axes, weights) -> {
              long bytes = reducedElements(stage, weights) * bytesOf(Size.Format.GRADIENT);
              if (sizes.ranks(axes) > 1 && bytes > 0) {
                rank.needs(before);
                reduced.add(rank.allReduce("reduce." + String.join(".", axes), group(axes), bytes));
              }
            });
    tied(rank, stage, reduced);
    long updated = 0;
    Map<List<String>, List<Long>> gathers = new LinkedHashMap<>();
    for (Map.Entry<List<String>, List<LocalWeight>> entry : program.step().data().entrySet()) {
      updated += reduceData(rank, stage, entry.getKey(), entry.getValue(), reduced, gathers);
    }
    if (plan.optimizer().clipped()) {
      long norm = norm(rank, reduced, updated);
      reduced.clear();
      reduced.add(norm);
    }
    reduced.forEach(rank::needs);
    Optimizer.Algorithm algorithm = plan().optimizer().algorithm();
    long optimizer =
        rank.compute(
            elements("optimizer", KernelKind.OPTIMIZER, "optimizer", updated)
                .costs(
                    updated * algorithm.operations(),
                    updated * algorithm.bytes(plan().precision())));
    if (plan.optimizer().weights() != null) {
      return;
    }
    gathers.forEach(
        (over, shards) ->
            shards.forEach(
                shard ->
                    rank.needs(optimizer)
                        .allGather(
                            "gather.weights." + String.join(".", over),
                            group(over),
                            shard * bytesOf(Size.Format.TENSOR))));
  }

  private long norm(RankEmitter rank, List<Long> reduced, long updated) {
    reduced.forEach(rank::needs);
    long norm =
        rank.compute(
            elements("norm", KernelKind.REDUCTION, "sum of squares", updated)
                .costs(2 * updated, updated * bytesOf(Size.Format.GRADIENT)));
    List<String> axes = spread(program);
    return sizes.ranks(axes) == 1
        ? norm
        : rank.needs(norm).allReduce("reduce.norm." + String.join(".", axes), group(axes), 4);
  }

  /** Elements of gradients when the backward passes are done: what they reduce leaves a shard. */
  private long reducedElements(int stage, List<LocalWeight> weights) {
    long elements = 0;
    for (Map.Entry<List<String>, List<LocalWeight>> entry : program.step().data().entrySet()) {
      List<LocalWeight> some = weights.stream().filter(entry.getValue()::contains).toList();
      long shards = plan.reducesEarly() ? sizes.ranks(sharded(plan, entry.getKey(), true)) : 1;
      elements += rounded(elements(stage, some, LocalWeight::gradientElements), shards);
    }
    return elements;
  }

  private void tied(RankEmitter rank, int stage, List<Long> reduced) {
    Weight tied = plan.model().tied();
    if (tied == null || stages() == 1 || !(first(stage) || last(stage))) {
      return;
    }
    long elements = 0;
    for (Map.Entry<List<String>, List<LocalWeight>> entry : program.step().data().entrySet()) {
      long shards = plan.reducesEarly() ? sizes.ranks(sharded(plan, entry.getKey(), true)) : 1;
      for (LocalWeight weight : program.embed().weights()) {
        if (weight.weight().equals(tied) && entry.getValue().contains(weight)) {
          elements = rounded(sizes.of(weight.gradientElements()), shards);
        }
      }
    }
    if (plan.reducesEarly()) {
      rank.needs(rank.reduced());
    }
    int ends = kinds.indexOf(GroupKind.ends(pipelineAxis(plan)));
    long bytes = elements * bytesOf(Size.Format.GRADIENT);
    reduced.add(rank.allReduce("reduce.tied." + tied.name(), ends, bytes));
  }

  private long reduceData(
      RankEmitter rank,
      int stage,
      List<String> axes,
      List<LocalWeight> weights,
      List<Long> reduced,
      Map<List<String>, List<Long>> gathers) {
    List<String> over = sharded(plan, axes, true);
    List<String> rest = sharded(plan, axes, false);
    long shards = sizes.ranks(over);
    long gradientBytes = bytesOf(Size.Format.GRADIENT);
    long part = rounded(elements(stage, weights, LocalWeight::gradientElements), shards);
    Long last = null;
    boolean scatters = !plan.reducesEarly();
    boolean addsShards = scatters || plan.optimizer().gradientsSharded();
    if (scatters && shards > 1 && part > 0) {
      reduced.forEach(rank::needs);
      last =
          rank.reduceScatter(
              "scatter." + String.join(".", over), group(over), part * shards * gradientBytes);
    }
    if (addsShards && sizes.ranks(rest) > 1 && part > 0) {
      reduced.forEach(rank::needs);
      if (last != null) {
        rank.needs(last);
      }
      last = rank.allReduce("reduce." + String.join(".", rest), group(rest), part * gradientBytes);
    }
    if (last != null) {
      reduced.add(last);
    }
    gathered(weights)
        .forEach(
            (split, some) -> {
              long own = rounded(elements(stage, some, LocalWeight::gradientElements), shards);
              if (sizes.ranks(split) > 1 && own > 0) {
                reduced.forEach(rank::needs);
                reduced.add(
                    rank.allGather(
                        "gather.gradients." + String.join(".", split),
                        group(split),
                        own * gradientBytes));
              }
            });
    long updated = rounded(elements(stage, weights, LocalWeight::elements), shards);
    if (shards > 1 && updated > 0) {
      gathers.computeIfAbsent(over, unused -> new ArrayList<>()).add(updated);
    }
    return updated;
  }

  private static long rounded(long elements, long shards) {
    return (elements + shards - 1) / shards;
  }

  /** All places have as many, but the first ones a layer more; or as the plan lists them. */
  private int firstLayer(int place, int places) {
    long layers = numbers.totalLayers();
    int first = 0;
    for (int before = 0; before < place; before++) {
      first +=
          numbers.stageLayers().isEmpty()
              ? (int) ((layers + places - 1 - before) / places)
              : Math.toIntExact(numbers.stageLayers().get(before));
    }
    return first;
  }

  /** What the stage holds of some weights. */
  private long elements(int stage, List<LocalWeight> weights, Function<LocalWeight, Size> each) {
    int places = stages() * Math.toIntExact(numbers.chunks());
    long elements = 0;
    for (int place = stage; place < places; place += stages()) {
      for (int layer = firstLayer(place, places); layer < firstLayer(place + 1, places); layer++) {
        for (BlockProgram block : blocksOf(layer)) {
          elements += elements(block, weights, each, null);
        }
      }
    }
    if (first(stage)) {
      elements += elements(program.embed(), weights, each, null);
    }
    if (last(stage)) {
      Weight counted = first(stage) ? plan.model().tied() : null;
      elements += elements(program.head(), weights, each, counted);
    }
    return elements;
  }

  private long elements(
      BlockProgram block,
      List<LocalWeight> weights,
      Function<LocalWeight, Size> each,
      @Nullable Weight but) {
    long elements = 0;
    for (LocalWeight weight : block.weights()) {
      if (weights.contains(weight) && !weight.weight().equals(but)) {
        elements += sizes.of(each.apply(weight));
      }
    }
    return elements;
  }
}
