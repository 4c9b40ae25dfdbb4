package io.heddle.processor.lower;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lowers a model under a plan to the program of one rank. Looks at no size. */
public final class Lowering {
  private final Plan plan;
  private final Storage storage;
  private final Diagnostics diagnostics;
  private final Map<Block, ComputeAgain.Derivation> derivations = new HashMap<>();
  private final Map<Block, Map<Weight, Sharding>> gradients = new HashMap<>();
  private final Set<Tensor> spared = new HashSet<>();

  private Lowering(Plan plan, Diagnostics diagnostics) {
    this.plan = plan;
    this.storage = new Storage(plan);
    this.diagnostics = diagnostics;
  }

  /**
   * The program of one rank. If findings are added that are errors, what it returns is not to be
   * used.
   */
  public static RankProgram lower(Plan plan, Diagnostics diagnostics) {
    List<Lowered> steps = steps(plan, diagnostics);
    return steps.get(steps.size() - 1).program();
  }

  /**
   * A program on its way.
   *
   * @param by the rewrite that made it; empty for the plain program
   */
  record Lowered(String by, RankProgram program) {}

  /** The plain program, and behind it what each rewrite makes of the one before, until errors. */
  static List<Lowered> steps(Plan plan, Diagnostics diagnostics) {
    return new Lowering(plan, diagnostics).steps();
  }

  private List<Lowered> steps() {
    RankProgram program = plain();
    List<Lowered> steps = new ArrayList<>(List.of(new Lowered("", program)));
    if (diagnostics.hasErrors()) {
      return steps;
    }
    Invariants.check(program, diagnostics);
    for (Rewrite rewrite : rewrites()) {
      if (diagnostics.hasErrors()) {
        return steps;
      }
      RankProgram next = rewrite.apply(program);
      Invariants.check(program, rewrite, next, diagnostics);
      steps.add(new Lowered(rewrite.getClass().getSimpleName(), next));
      program = next;
    }
    return steps;
  }

  /** What makes the plan's program of the plain one, in this order. */
  private List<Rewrite> rewrites() {
    return List.of(
        new ComputeAgain(derivations),
        new PlaceExchanges(),
        new RunBesideExchanges(),
        new SplitBackward(),
        new QuantiseProducts(),
        new ReadStoredWeights(),
        new CountReachedExperts(),
        new CutInPieces(),
        new EndStep());
  }

  /** The program as the model and the shardings make it: passes that keep all, in one piece. */
  private RankProgram plain() {
    Section embed = block(plan.model().embed());
    List<Section> blocks = plan.model().blocks().stream().map(this::block).toList();
    Section head = block(plan.model().head());
    List<Section> sections = new ArrayList<>(List.of(embed));
    sections.addAll(blocks);
    sections.add(head);
    adviseOnKept();
    sections.forEach(below -> sections.forEach(above -> checkTied(below, above)));
    return new RankProgram(plan, storage.streams(), embed, blocks, head, Step.NONE);
  }

  /** A table that two blocks share has one gradient: both must leave it alike. */
  private void checkTied(Section owner, Section user) {
    for (LocalWeight below : owner.ownWeights()) {
      for (LocalWeight above : user.weights()) {
        Weight weight = below.weight();
        Sharding left = below.gradient();
        Sharding leftAbove = above.gradient();
        boolean tied =
            weight.equals(above.weight())
                && user.block().borrows(weight)
                && left != null
                && leftAbove != null;
        if (tied && !left.equals(leftAbove)) {
          diagnostics
              .report(Code.GRADIENTS_DISAGREE, user.block().span(), weight.name())
              .note(weight.span(), "`%s` is declared here".formatted(weight.name()))
              .help(
                  "%s leaves %s, %s %s: store what they read alike"
                      .formatted(
                          plan.model().describe(owner.block()),
                          left.describe(weight.dims()),
                          plan.model().describe(user.block()),
                          leftAbove.describe(weight.dims())))
              .add();
        }
      }
    }
  }

  private Section block(Block block) {
    BlockContext context = new BlockContext(block, plan, storage, diagnostics);
    ForwardPass forward = new ForwardPass(context);
    NodeList nodes = forward.run();
    Pass forwardPass = forward.pass();
    List<LocalWeight> frozen = untrained(context);
    if (!plan.trained().hasBackward(block)) {
      return new Section(block, List.of(forwardPass), frozen);
    }
    BackwardPass backward = new BackwardPass(context, nodes);
    Pass backwardPass = backward.pass();
    List<LocalWeight> weights = new ArrayList<>();
    backward
        .weightGradients()
        .forEach(
            (weight, gradient) ->
                weights.add(new LocalWeight(weight, context.weights.get(weight), gradient)));
    weights.forEach(this::rejectMovedGradient);
    weights.addAll(frozen);
    spared.addAll(backward.saved().spared());
    derivations.put(block, new ComputeAgain.Derivation(context, nodes, backward.saved()));
    return new Section(block, List.of(forwardPass, backwardPass), weights);
  }

  /** The weights of a block that have no gradients. */
  private List<LocalWeight> untrained(BlockContext context) {
    return context.block.weights().stream()
        .filter(weight -> !plan.trains(weight))
        .map(weight -> LocalWeight.frozen(weight, storage.weight(weight), shared(context, weight)))
        .toList();
  }

  /**
   * The ranks that have a frozen weight and may split it between its uses: those that would add up
   * its gradient if it were trained.
   */
  private Set<String> shared(BlockContext context, Weight weight) {
    if (plan.optimizer().weights() == null) {
      return Set.of();
    }
    Sharding gradient = gradients.computeIfAbsent(context.block, this::gradientsOfAll).get(weight);
    return gradient == null ? Set.of() : gradient.partial();
  }

  /** How the gradients of a block's weights would lie if all were trained. */
  private Map<Weight, Sharding> gradientsOfAll(Block block) {
    Block whole = block.behindTrained();
    BlockContext context = new BlockContext(whole, plan.training(), storage, new Diagnostics());
    NodeList nodes = new ForwardPass(context).run();
    BackwardPass backward = new BackwardPass(context, nodes);
    backward.pass();
    return backward.weightGradients();
  }

  /** What is not gathered for the backward pass need not be kept as it was gathered before. */
  private void adviseOnKept() {
    for (Plan.Kept kept : plan.activations().keep()) {
      if (!spared.contains(kept.tensor())) {
        diagnostics
            .report(Code.NOTHING_TO_KEEP, kept.span(), kept.tensor().name())
            .help("take it out of `keep`")
            .add();
      }
    }
  }

  /** An axis may split a gradient and not its weight, but not another dimension of it. */
  private void rejectMovedGradient(LocalWeight weight) {
    Sharding gradient = weight.gradient();
    if (gradient == null) {
      return;
    }
    gradient
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

  /** The format of a tensor of a block. */
  public static Size.Format format(Plan plan, Block block, Tensor tensor) {
    return new TensorFormats(block, plan).of(tensor);
  }

  /** How a weight lies: for checks that come before any lowering. */
  public static Sharding weightSharding(Plan plan, Weight weight) {
    return new Storage(plan).weight(weight);
  }
}
