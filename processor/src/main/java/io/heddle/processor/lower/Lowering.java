package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.BlockProgram.Recomputing;
import io.heddle.processor.local.Decomposition;
import io.heddle.processor.local.LocalNode;
import io.heddle.processor.local.LocalProgram;
import io.heddle.processor.local.LocalWeight;
import io.heddle.processor.local.Saved;
import io.heddle.processor.local.Sharding;
import io.heddle.processor.local.Size;
import io.heddle.processor.local.Step;
import io.heddle.processor.local.Value;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lowers a model under a plan to the program of one rank. Looks at no size. */
public final class Lowering {
  private final Plan plan;
  private final Storage storage;
  private final Diagnostics diagnostics;

  private Lowering(Plan plan, Diagnostics diagnostics) {
    this.plan = plan;
    this.storage = new Storage(plan);
    this.diagnostics = diagnostics;
  }

  /**
   * The program of one rank, forward and backward. If findings are added that are errors, what it
   * returns is not to be used.
   */
  public static LocalProgram lower(Plan plan, Diagnostics diagnostics) {
    return new Lowering(plan, diagnostics).lower();
  }

  private LocalProgram lower() {
    BlockProgram embed = block(plan.model().embed());
    List<BlockProgram> blocks = plan.model().blocks().stream().map(this::block).toList();
    BlockProgram head = block(plan.model().head());
    checkTied(embed, head);
    List<BlockProgram> all = new ArrayList<>(blocks);
    all.add(0, embed);
    all.add(head);
    return new LocalProgram(plan, storage.stream(), embed, blocks, head, step(all));
  }

  /** A table that embedding and head share has one gradient: both must leave it alike. */
  private void checkTied(BlockProgram embed, BlockProgram head) {
    for (LocalWeight below : embed.weights()) {
      for (LocalWeight above : head.weights()) {
        boolean tied = below.weight().equals(above.weight());
        if (tied && !below.gradient().equals(above.gradient())) {
          Weight weight = below.weight();
          diagnostics
              .report(Code.GRADIENTS_DISAGREE, head.block().span(), weight.name())
              .note(weight.span(), "`%s` is declared here".formatted(weight.name()))
              .help(
                  "the embedding leaves %s, the head %s: store what they read alike"
                      .formatted(
                          below.gradient().describe(weight.dims()),
                          above.gradient().describe(weight.dims())))
              .add();
        }
      }
    }
  }

  private BlockProgram block(Block block) {
    BlockContext context = new BlockContext(block, plan, storage, diagnostics);
    ForwardPass forward = new ForwardPass(context);
    NodeList forwardNodes = forward.run();
    Value forwardResult = forward.result();
    BackwardPass backward = new BackwardPass(context, forwardNodes);
    NodeList backwardNodes = backward.run();
    Value backwardResult = backward.result();
    List<LocalWeight> weights = new ArrayList<>();
    backward
        .weightGradients()
        .forEach(
            (weight, gradient) ->
                weights.add(new LocalWeight(weight, context.weights.get(weight), gradient)));
    weights.forEach(this::rejectMovedGradient);
    adviseOnKept(block, backward.saved().spared());
    return new BlockProgram(
        block,
        arranged(block, forwardNodes),
        forwardResult,
        arranged(block, backwardNodes),
        backwardResult,
        backward.saved().all(),
        recomputing(context, forwardNodes, backward.saved()),
        weights);
  }

  /** The nodes as the plan wants them made: exchanges, and what runs beside each other. */
  private List<LocalNode> arranged(Block block, NodeList nodes) {
    List<LocalNode> planned = Exchanges.in(block, plan, nodes.nodes());
    if (plan.overlap().experts() != null) {
      planned = BesideExchanges.arrange(planned, node -> Exchanges.isOfExperts(block, node));
    }
    return Decomposition.of(planned, plan.overlap().axisNames());
  }

  /** The backward pass where the plan computes some or all of the block again. */
  private @Nullable Recomputing recomputing(
      BlockContext context, NodeList forward, SavedTensors saved) {
    Plan.Recompute recompute = plan.activations().recompute();
    Block block = context.block;
    if (recompute.blocks().contains(block.name())) {
      Size bytes = Kernels.bytes(block.argument().dims(), storage.stream());
      Saved argument = new Saved(block.argument().name(), Saved.Kind.TENSOR, bytes);
      return new Recomputing(true, List.of(), Value.BEFORE, List.of(argument), Set.of());
    }
    if (block.operations().stream().noneMatch(op -> recompute.selects(block, op))) {
      return null;
    }
    BlockContext copy = context.copy();
    NodeList nodes = new NodeList(copy.layout());
    Recomputation recomputation = new Recomputation(copy, nodes, saved.readers());
    BackwardPass backward = new BackwardPass(copy, forward, nodes, recomputation);
    backward.run();
    Value result = backward.result();
    return new Recomputing(
        false, arranged(block, nodes), result, backward.saved().all(), recomputation.again());
  }

  /** What is not gathered for the backward pass need not be kept as it was gathered before. */
  private void adviseOnKept(Block block, Set<Tensor> spared) {
    for (Plan.Kept kept : plan.activations().keep()) {
      boolean own = block.tensor(kept.tensor().name()).filter(kept.tensor()::equals).isPresent();
      if (own && !spared.contains(kept.tensor())) {
        diagnostics
            .report(Code.NOTHING_TO_KEEP, kept.span(), kept.tensor().name())
            .help("take it out of `keep`")
            .add();
      }
    }
  }

  /** An axis may split a gradient and not its weight, but not another dimension of it. */
  private void rejectMovedGradient(LocalWeight weight) {
    weight
        .gradient()
        .split()
        .forEach(
            (dim, axes) -> {
              for (Dim other : weight.weight().dims()) {
                for (String axis : axes) {
                  if (!other.equals(dim) && weight.sharding().of(other).contains(axis)) {
                    diagnostics
                        .report(
                            Code.GRADIENT_ELSEWHERE,
                            weight.weight().span(),
                            weight.weight().fullName(),
                            dim,
                            axis,
                            other)
                        .help("pin the weight and its gradient over different axes")
                        .add();
                  }
                }
              }
            });
  }

  private Step step(List<BlockProgram> blocks) {
    Set<String> dataAxes = dataAxes();
    Map<List<String>, List<LocalWeight>> first = new LinkedHashMap<>();
    Map<List<String>, List<LocalWeight>> data = new LinkedHashMap<>();
    for (BlockProgram block : blocks) {
      for (LocalWeight weight : block.weights()) {
        Set<String> partial = weight.gradient().partial();
        add(first, partial.stream().filter(axis -> !dataAxes.contains(axis)).toList(), weight);
        List<String> overData = inLayoutOrder(partial.stream().filter(dataAxes::contains).toList());
        data.computeIfAbsent(overData, unused -> new ArrayList<>()).add(weight);
      }
    }
    return new Step(first, data);
  }

  private void add(Map<List<String>, List<LocalWeight>> to, List<String> axes, LocalWeight weight) {
    if (!axes.isEmpty()) {
      to.computeIfAbsent(inLayoutOrder(axes), unused -> new ArrayList<>()).add(weight);
    }
  }

  private List<String> inLayoutOrder(List<String> axes) {
    return plan.axisOrder().stream().filter(axes::contains).toList();
  }

  /** The axes that the shard rules give a dimension of the stream, and views of such axes. */
  private Set<String> dataAxes() {
    Set<String> axes = new LinkedHashSet<>();
    for (Dim dim : plan.model().stream()) {
      axes.addAll(plan.shardOf(dim));
    }
    for (Plan.View view : plan.views()) {
      if (view.from().stream().anyMatch(axes::contains)) {
        view.to().forEach(axis -> axes.add(axis.name()));
      }
    }
    return axes;
  }

  /** How a weight lies: for checks that come before any lowering. */
  public static Sharding weightSharding(Plan plan, Weight weight) {
    return new Storage(plan).weight(weight);
  }
}
