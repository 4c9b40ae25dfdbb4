package io.heddle.cli.interpret;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.StreamSpan;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.View;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.ModelTotals;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import io.heddle.processor.program.Step;
import io.heddle.processor.program.StreamSpans;
import io.heddle.runtime.aside.DataGroups;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.emit.ExpertRoute;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.emit.Streams;
import io.heddle.runtime.pipeline.PipelineFlattener;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the instructions of a program with the numbers of one plan: it emits what the
 * generated class emits, and is there at once.
 */
final class ProgramFlattener extends PipelineFlattener {
  private final ProgramCode code;
  private final Model model;
  private final PlanNumbers planNumbers;
  private final Sizes sizes;
  private final @Nullable KernelTimes times;
  private final ProgramNumbers numbers;
  private final LayerKinds layerKinds;

  private final long streamBytes;
  private final List<String> messageAxes;
  private final AtomicReferenceArray<@Nullable StepCode> stepOfStage;

  /**
   * @param compiled has the program of the code
   * @param planNumbers those of the compiled plan, but for its batch and the network around it
   * @param known its numbers, if they are known of a plan with other batches or mesh orders; else
   *     null
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  ProgramFlattener(
      ProgramCode code,
      Compiled compiled,
      PlanNumbers planNumbers,
      @Nullable ProgramNumbers known) {
    super(
        planNumbers.values(),
        pipelineAxis(compiled.plan()),
        code.kinds(),
        views(compiled.plan(), planNumbers));
    this.code = code;
    this.model = code.program().plan().model();
    this.planNumbers = planNumbers;
    this.sizes = new Sizes(planNumbers);
    this.times = KernelTimes.of(plan().cluster().device(), plan().engine());
    this.numbers = known == null ? code.numbers().in(sizes, plan().precision(), times) : known;
    this.layerKinds = planNumbers.layers();
    this.streamBytes =
        Math.multiplyExact(
            sizes.of(code.program().streamElements()), bytesOf(code.program().streamFormat()));
    this.messageAxes = code.program().messageAxes();
    this.stepOfStage = new AtomicReferenceArray<>(stages());
    if (model.hasStreams()) {
      streams(spans());
    }
    experts(routes(compiled.plan()));
    trainFrom(compiled.plan().trained().backwardFrom(layerKinds));
    schedule(planNumbers.totalLayers(), planNumbers.microBatches(compiled.plan()));
    for (int kind = 0; kind < code.groups().size(); kind++) {
      if (code.groups().get(kind) instanceof LocalGroup.Stages group) {
        List<Integer> holders = sizes.holders(group, compiled.plan());
        sharing(kind, holders::contains);
      }
    }
    if (code.program().step().sharesUnits()) {
      share(numbers.dataGroups(this::dataGroups));
    }
  }

  private static String pipelineAxis(Plan plan) {
    return plan.pipelineAxis() == null ? "" : plan.pipelineAxis().axis();
  }

  private static List<View> views(Plan plan, PlanNumbers numbers) {
    List<View> views = new ArrayList<>();
    for (Plan.View view : plan.views()) {
      views.add(
          new View(
              view.from(),
              view.to().stream()
                  .map(axis -> new Axis(axis.name(), Math.toIntExact(numbers.axis(axis.name()))))
                  .toList()));
    }
    return views;
  }

  /** How rows go to experts that do not all get as many. */
  private List<ExpertRoute> routes(Plan plan) {
    List<ExpertRoute> routes = new ArrayList<>();
    for (Dim dim : plan.loadedRows()) {
      Operation.Dispatch dispatch = Objects.requireNonNull(model.expertRows().get(dim));
      ExpertLayout layout = new ExpertLayout(plan, dispatch);
      Size even =
          Size.product(
              new Size.Extent(dispatch.experts(), layout.expertAxes()),
              new Size.Extent(dim, layout.rowAxes()));
      routes.add(
          new ExpertRoute(
              Objects.requireNonNull(planNumbers.experts().get(dim)),
              layout.expertAxes(),
              sizes.of(even)));
    }
    return routes;
  }

  private long bytesOf(Size.Format format) {
    return sizes.of(new Size.ElementBytes(format));
  }

  /** What each unit has of the gradients and weights of each data group. */
  private DataGroups dataGroups() {
    DataGroups groups =
        new DataGroups(layerKinds, bytesOf(Size.Format.GRADIENT), bytesOf(Size.Format.TENSOR));
    for (Step.DataGroup group : code.program().step().data()) {
      if (group.axes().isEmpty()) {
        continue;
      }
      List<String> over = group.scattered();
      List<String> rest = group.others();
      groups.over(
          String.join(".", over),
          kind(over),
          sizes.ranks(over),
          String.join(".", rest),
          rest.isEmpty() ? 0 : code.group(group.othersGroup()),
          sizes.ranks(rest));
      group.shares().forEach(share -> share(groups, share));
    }
    return groups;
  }

  /** Of no axes there are no groups, and nobody asks for them. */
  private int kind(List<String> axes) {
    return axes.isEmpty() ? 0 : code.group(new LocalGroup.Along(axes));
  }

  private void share(DataGroups groups, Step.UnitShare share) {
    long gradients = sizes.of(share.gradients());
    long weights = sizes.of(share.weights());
    if (share.unit() instanceof Size.Layer layer) {
      groups.layer(layer.kind(), gradients, weights);
      return;
    }
    if (share.unit() instanceof Size.Shared shared) {
      groups.shared(
          gradients,
          shared.users().contains(Size.End.EMBEDDING),
          shared.users().contains(Size.End.HEAD),
          shared.kinds().stream().mapToInt(Integer::intValue).toArray());
      return;
    }
    switch ((Size.End) share.unit()) {
      case EMBEDDING -> groups.embed(gradients, weights);
      case HEAD -> groups.head(gradients, weights);
      case HEAD_APART -> groups.table(gradients, weights);
    }
  }

  /** What the nodes of the program want of the plan. */
  ProgramNumbers numbers() {
    return numbers;
  }

  @Override
  protected Object program() {
    return code;
  }

  @Override
  protected boolean areAlike(int layer, int other) {
    return layerKinds.kindOf(layer) == layerKinds.kindOf(other)
        && recomputes(layer) == recomputes(other)
        && plan().recompute().isFull(layer) == plan().recompute().isFull(other);
  }

  /** A pass through the blocks of a layer, in their order or from the last to the first. */
  private long layer(RankEmitter rank, int layer, Pass.Kind kind, long stream) {
    List<SectionCode> blocks = code.blocks(layerKinds.kindOf(layer));
    boolean forward = kind == Pass.Kind.FORWARD;
    boolean recomputing = !forward && recomputes(layer);
    List<Model.Use> uses = code.uses(layerKinds.kindOf(layer));
    long out = stream;
    for (int i = 0; i < blocks.size(); i++) {
      int at = forward ? i : blocks.size() - 1 - i;
      out = block(rank, blocks.get(at), uses.get(at), kind, recomputing, out);
    }
    return out;
  }

  /** A pass through a block: what it gets and makes is the stream, or one of several. */
  private long block(
      RankEmitter rank,
      SectionCode block,
      Model.Use use,
      Pass.Kind kind,
      boolean recomputing,
      long stream) {
    if (!model.hasStreams()) {
      return block.run(kind, recomputing, numbers, rank, stream, use.sides());
    }
    Streams streams = rank.streams();
    boolean forward = kind == Pass.Kind.FORWARD;
    int own = use.stream();
    long given = forward ? streams.tensor(own) : streams.gradient(own);
    long made = block.run(kind, recomputing, numbers, rank, given, use.sides());
    if (made == given) {
      return stream;
    }
    if (forward) {
      streams.tensor(own, made);
    } else {
      streams.gradient(own, made);
    }
    return made;
  }

  private long embed(RankEmitter rank, Pass.Kind kind, long stream) {
    Model.Use use = new Model.Use(model.embed(), 0, List.of());
    return block(rank, code.embed(), use, kind, false, stream);
  }

  private long head(RankEmitter rank, Pass.Kind kind, long stream) {
    Model.Use use = new Model.Use(model.head(), model.streams().size() - 1, model.headSides());
    return block(rank, code.head(), use, kind, false, stream);
  }

  private List<StreamSpan> spans() {
    List<StreamSpan> spans = new ArrayList<>();
    for (int i = 0; i < model.streams().size(); i++) {
      spans.add(StreamSpans.of(code.program(), planNumbers, sizes, i));
    }
    return spans;
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return embed(rank, Pass.Kind.FORWARD, RankEmitter.NONE);
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    return layer(rank, layer, Pass.Kind.FORWARD, x);
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {
    head(rank, Pass.Kind.FORWARD, x);
  }

  @Override
  protected long backwardHead(RankEmitter rank) {
    return head(rank, Pass.Kind.BACKWARD, RankEmitter.NONE);
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    return layer(rank, layer, Pass.Kind.BACKWARD, dx);
  }

  @Override
  protected void backwardEmbed(RankEmitter rank, long dx) {
    embed(rank, Pass.Kind.BACKWARD, dx);
  }

  @Override
  protected long backwardHeadInput(RankEmitter rank) {
    return head(rank, Pass.Kind.BACKWARD_OF_INPUTS, RankEmitter.NONE);
  }

  @Override
  protected void backwardHeadWeight(RankEmitter rank) {
    head(rank, Pass.Kind.BACKWARD_OF_WEIGHTS, RankEmitter.NONE);
  }

  @Override
  protected long backwardLayerInput(RankEmitter rank, int layer, long dx) {
    return layer(rank, layer, Pass.Kind.BACKWARD_OF_INPUTS, dx);
  }

  @Override
  protected void backwardLayerWeight(RankEmitter rank, int layer) {
    layer(rank, layer, Pass.Kind.BACKWARD_OF_WEIGHTS, RankEmitter.NONE);
  }

  @Override
  protected void step(RankEmitter rank, int stage) {
    StepCode step = stepOfStage.get(stage);
    if (step == null) {
      Sizes here = sizes.onStage(code.program().plan(), stage);
      step = new StepCode(code, here, plan().precision(), times);
      stepOfStage.set(stage, step);
    }
    step.run(rank);
  }

  @Override
  protected long streamBytes() {
    return streamBytes;
  }

  @Override
  protected long sampledTokens() {
    Inference inference = code.program().plan().inference();
    return inference == null
        ? super.sampledTokens()
        : inference.drawn().stream().mapToLong(drawn -> drawn.count(plan()::parameter)).sum();
  }

  @Override
  protected long messageBytes() {
    return messageAxes.isEmpty()
        ? streamBytes
        : -Math.floorDiv(-streamBytes, sizes.ranks(messageAxes));
  }

  @Override
  protected long assemble(RankEmitter rank, long received) {
    if (messageAxes.isEmpty() || sizes.ranks(messageAxes) == 1) {
      return received;
    }
    return rank.needs(received).allGather("gather.stream", kind(messageAxes), messageBytes());
  }

  @Override
  public long tokens() {
    return Math.multiplyExact(plan().batch(), numbers.tokensOfSequence(this::tokensOfSequence));
  }

  private long tokensOfSequence() {
    long tokens = 1;
    for (Size size : code.totals().tokensOfSequence()) {
      tokens = Math.multiplyExact(tokens, sizes.of(size));
    }
    return tokens;
  }

  @Override
  public long parameters() {
    return numbers.parameters(this::countParameters);
  }

  private long countParameters() {
    ModelTotals totals = code.totals();
    long parameters = sizes.of(totals.parametersOfEnds());
    for (int kind = 0; kind < layerKinds.kinds(); kind++) {
      long layer = sizes.of(totals.parametersOfLayer(kind));
      parameters = Math.addExact(parameters, Math.multiplyExact(layerKinds.of(kind), layer));
    }
    return parameters;
  }

  @Override
  public Optional<BigInteger> modelOperations() {
    return Optional.of(
        numbers
            .operations(this::operationsOfMicroBatch)
            .multiply(BigInteger.valueOf(microBatches())));
  }

  private BigInteger operationsOfMicroBatch() {
    ModelTotals totals = code.totals();
    BigInteger operations = sizes.wide(totals.operationsOfEnds());
    for (int kind = 0; kind < layerKinds.kinds(); kind++) {
      BigInteger layers = BigInteger.valueOf(layerKinds.of(kind));
      operations = operations.add(sizes.wide(totals.operationsOfLayer(kind)).multiply(layers));
    }
    return operations;
  }
}
