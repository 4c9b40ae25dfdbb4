package io.heddle.processor.oracle;

import io.heddle.plan.PlanValues;
import io.heddle.plan.StreamSpan;
import io.heddle.plan.expert.ExpertShares;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.View;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.ExpertLayout;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.ExpertWay;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.LocalNode.Shape;
import io.heddle.processor.program.LocalNode.StepCollective;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Sizes;
import io.heddle.processor.program.Step;
import io.heddle.processor.program.Value;
import io.heddle.runtime.aside.DataGroups;
import io.heddle.runtime.cost.KernelTimes;
import io.heddle.runtime.emit.Exchange;
import io.heddle.runtime.emit.ExpertKernel;
import io.heddle.runtime.emit.ExpertRoute;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelShape;
import io.heddle.runtime.trace.KernelSpec;
import io.heddle.runtime.trace.QuantisedOperands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks the program of the ranks instead of having it generated as Java. What both share is the
 * loop over micro-batches and layers; nodes, sizes, groups and the step are worked out here again.
 */
final class InterpretedFlattener extends PipelineFlattener {
  private final RankProgram program;
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
    this.sizes = new Sizes(numbers);
    this.kinds = kinds(program);
    long together = 0;
    for (Dim dim : plan.model().stream()) {
      together = dim.isOpen() ? numbers.dims().get(dim) : together;
    }
    if (plan.model().hasStreams()) {
      List<StreamSpan> spans = StreamUses.spans(program, numbers, sizes);
      List<StreamSpan> sent = new ArrayList<>();
      for (int i = 0; i < spans.size(); i++) {
        List<Dim> dims = plan.model().streams().get(i).dims();
        List<String> axes = shared(program, program.stream().restrictedTo(dims));
        sent.add(
            axes.isEmpty() ? spans.get(i) : spans.get(i).inShares(sizes.ranks(axes), group(axes)));
      }
      streams(sent);
    }
    experts(routes());
    trainFrom(StreamUses.backwardFrom(plan, numbers));
    schedule(numbers.totalLayers(), numbers.batch() / together);
    List<LocalGroup> all = program.groups();
    for (int kind = 0; kind < all.size(); kind++) {
      if (all.get(kind) instanceof LocalGroup.Stages stages) {
        sharing(kind, sizes.holders(stages, plan)::contains);
      }
    }
    if (program.step().sharesUnits()) {
      share(dataGroups());
    }
  }

  /** How rows go to experts that do not all get as many. */
  private List<ExpertRoute> routes() {
    List<ExpertRoute> routes = new ArrayList<>();
    for (Dim dim : plan.loadedRows()) {
      Operation.Dispatch dispatch = plan.model().expertRows().get(dim);
      ExpertLayout layout = new ExpertLayout(plan, dispatch);
      List<String> axes = layout.expertAxes();
      long tokens = 1;
      for (Map.Entry<Dim, List<String>> split : layout.tokens().entrySet()) {
        tokens *= sizes.of(new Size.Extent(split.getKey(), split.getValue()));
      }
      long experts = sizes.of(new Size.Extent(dispatch.experts(), List.of()));
      long ranks = sizes.ranks(axes);
      long top = sizes.of(new Size.Value(dispatch.top()));
      routes.add(
          new ExpertRoute(
              new ExpertShares(plan.experts().load(), experts, ranks, tokens, top),
              axes,
              experts / ranks * sizes.of(new Size.Extent(dim, layout.rowAxes()))));
    }
    return routes;
  }

  /** What each unit has of the gradients and weights of each data group. */
  private DataGroups dataGroups() {
    DataGroups groups =
        new DataGroups(
            numbers.layers(), bytesOf(Size.Format.GRADIENT), bytesOf(Size.Format.TENSOR));
    for (Step.DataGroup group : program.step().data()) {
      List<String> over = group.scattered();
      List<String> rest = group.others();
      groups.over(
          String.join(".", over),
          group(over),
          sizes.ranks(over),
          String.join(".", rest),
          kinds.indexOf(kind(group.othersGroup())),
          sizes.ranks(rest));
      group.shares().forEach(share -> share(groups, share));
    }
    return groups;
  }

  private void share(DataGroups groups, Step.UnitShare share) {
    long gradients = sizes.of(share.gradients());
    long weights = sizes.of(share.weights());
    if (share.unit() instanceof Size.Layer layer) {
      groups.layer(layer.kind(), gradients, weights);
    } else if (share.unit() instanceof Size.Shared all) {
      int[] kinds =
          all.users().stream()
              .filter(user -> user instanceof Size.Layer)
              .mapToInt(user -> ((Size.Layer) user).kind())
              .toArray();
      groups.shared(
          gradients,
          all.users().contains(Size.End.EMBEDDING),
          all.users().contains(Size.End.HEAD),
          kinds);
    } else if (share.unit() == Size.End.EMBEDDING) {
      groups.embed(gradients, weights);
    } else if (share.unit() == Size.End.HEAD_APART) {
      groups.table(gradients, weights);
    } else {
      groups.head(gradients, weights);
    }
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

  private static List<GroupKind> kinds(RankProgram program) {
    return program.groups().stream().map(InterpretedFlattener::kind).toList();
  }

  private static GroupKind kind(LocalGroup group) {
    if (group instanceof LocalGroup.Along along && along.twoLevel()) {
      return GroupKind.twoLevel(along.axes().toArray(new String[0]));
    }
    return group instanceof LocalGroup.Along along
        ? new GroupKind(along.axes(), GroupKind.Members.ALL)
        : group instanceof LocalGroup.Stages stages
            ? GroupKind.some(stages.axis())
            : GroupKind.ends(((LocalGroup.Ends) group).axis());
  }

  /** The axes over whose ranks messages are split: the stream is whole on all of them. */
  private static List<String> shared(RankProgram program) {
    return shared(program, program.stream());
  }

  private static List<String> shared(RankProgram program, Sharding stream) {
    Plan plan = program.plan();
    List<String> axes = new ArrayList<>();
    if (plan.schedule().splitMessages() && plan.pipelineAxis() != null) {
      plan.layout().forEach(axis -> axes.add(axis.name()));
      axes.removeAll(stream.splitAxes());
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

  private int group(List<String> axes) {
    return kinds.indexOf(new GroupKind(axes, GroupKind.Members.ALL));
  }

  /** Runs a pass of a block, if it has one; returns the node that makes its result. */
  private long pass(
      RankEmitter rank, Section block, Pass.Kind kind, boolean recomputing, long argument) {
    return pass(rank, block, kind, recomputing, argument, List.of());
  }

  /**
   * A pass through a block.
   *
   * @param sides what makes what it gets of other streams, in its order
   */
  private long pass(
      RankEmitter rank,
      Section block,
      Pass.Kind kind,
      boolean recomputing,
      long argument,
      List<Long> sides) {
    Pass pass = block.passIn(kind, recomputing).orElse(null);
    if (pass == null) {
      return argument;
    }
    if (pass.repeatsForward()) {
      rank.recompute();
      List<Long> before = block.block().sides().stream().map(side -> RankEmitter.NONE).toList();
      pass(rank, block, Pass.Kind.FORWARD, false, RankEmitter.NONE, before);
      rank.backward();
    }
    Map<Value, Long> made = new HashMap<>();
    made.put(pass.argument(), argument);
    for (int i = 0; i < sides.size() && i < pass.sides().given().size(); i++) {
      made.put(pass.sides().given().get(i), sides.get(i));
    }
    for (LocalNode node : pass.nodes()) {
      if (pass.isAgain(node.output())) {
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
      if (pass.isAgain(node.output())) {
        rank.backward();
      }
    }
    for (int i = 0; i < pass.sides().made().size(); i++) {
      Value ofSide = pass.sides().made().get(i);
      if (!ofSide.isBefore()) {
        rank.streams().ofSide(i, made.get(ofSide));
      }
    }
    return pass.result().isBefore() ? RankEmitter.NONE : made.get(pass.result());
  }

  private long kernel(RankEmitter rank, String name, Compute node, Map<Value, Long> made) {
    Kernel kernel = kernel(name, node, sizes);
    Pieces pieces = node.pieces();
    for (Dim rows : plan.loadedRows()) {
      if (RowSizes.of(node, List.of(rows)).isPresent()) {
        node.inputs().forEach(input -> rank.needs(made.get(input)));
        return rank.compute(
            new ExpertKernel(
                kernel,
                plan.loadedRows().indexOf(rows),
                RowSizes.places(node.shape(), rows),
                sizes.of(RowSizes.without(node.operations(), rows)),
                sizes.of(RowSizes.without(node.bytes(), rows)),
                sizes.of(RowSizes.without(node.matmulOperations(), rows))));
      }
    }
    if (pieces == null) {
      node.inputs().forEach(input -> rank.needs(made.get(input)));
      return rank.compute(kernel);
    }
    return inPieces(rank, node, pieces, made)
        .compute(kernel.inPieces(pieces(pieces), sizes.of(pieces.again())));
  }

  private Kernel kernel(String name, Compute node, Sizes sizes) {
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
              sizes.of(attention.n()),
              attention.backward());
    } else {
      shape = new KernelShape.Elements(sizes.of(((Shape.Elements) node.shape()).elements()));
    }
    KernelSpec spec =
        new KernelSpec(
            name,
            node.function().kind(),
            node.title(),
            shape,
            plan().precision().tensors(),
            KernelTimes.of(plan().cluster().device(), plan().engine()),
            node.isGrouped(),
            quantised(node));
    return spec.costs(
        sizes.of(node.operations()), sizes.of(node.bytes()), sizes.of(node.matmulOperations()));
  }

  private @Nullable QuantisedOperands quantised(Compute node) {
    Size quantising = node.kernel().quantising();
    return quantising == null ? null : new QuantisedOperands(sizes.of(quantising));
  }

  private long pieces(Pieces pieces) {
    long count = numbers.overlapChunks();
    for (Size places : pieces.cut().places()) {
      count = Math.min(count, sizes.of(places));
    }
    return sizes.ranks(pieces.cut().axes()) == 1 ? 1 : count;
  }

  /** Names what a node in pieces needs whole, and what in pieces. */
  private io.heddle.runtime.emit.PieceEmitter inPieces(
      RankEmitter rank, LocalNode node, Pieces pieces, Map<Value, Long> made) {
    for (Value input : node.inputs()) {
      if (!pieces.neighbours().containsKey(input)) {
        rank.needs(made.get(input));
      }
    }
    io.heddle.runtime.emit.PieceEmitter begun = rank.pieces(pieces(pieces));
    for (Value input : node.inputs()) {
      if (pieces.neighbours().containsKey(input)) {
        begun.of(made.get(input), sizes.ranks(pieces.neighbours().get(input)));
      }
    }
    return begun;
  }

  private void ring(RankEmitter rank, Section block, Ring node, Map<Value, Long> made) {
    String in = block.block().name() + ".";
    Compute kernel = node.kernel();
    String name = in + kernel.operation();
    node.own().forEach(value -> rank.needs(made.get(value)));
    if (node.reach() != null) {
      neighbours(rank, in, node, node.reach(), made);
      return;
    }
    io.heddle.runtime.emit.Ring ring =
        rank.ring(name + ".keys", group(node.axes()), sizes.of(node.message()));
    kernel.inputs().stream()
        .filter(value -> !node.own().contains(value))
        .forEach(value -> ring.needs(made.get(value)));
    Kernel first = kernel(name, kernel, sizes);
    Kernel later = first.moving(sizes.of(node.laterBytes()));
    Compute sum = node.sum();
    if (sum == null) {
      made.put(kernel.output(), ring.forward(first, later));
      return;
    }
    made.put(
        kernel.output(), ring.backward(first, later, kernel(in + sum.operation(), sum, sizes)));
    made.put(sum.output(), rank.broughtHome());
  }

  private void neighbours(
      RankEmitter rank, String in, Ring node, LocalNode.Reach reach, Map<Value, Long> made) {
    Compute kernel = node.kernel();
    io.heddle.runtime.emit.Neighbourhood come =
        rank.neighbours(
            in + kernel.operation() + ".keys",
            group(node.axes()),
            sizes.of(node.message()),
            sizes.of(reach.bytes()),
            reach.sides());
    kernel.inputs().stream()
        .filter(value -> !node.own().contains(value))
        .forEach(value -> come.needs(made.get(value)));
    Kernel near = kernel(in + kernel.operation(), kernel, sizes);
    Compute rest = reach.rest();
    Kernel other = rest == null ? near : kernel(in + rest.operation(), rest, sizes);
    Compute sum = node.sum();
    if (sum == null) {
      made.put(kernel.output(), rest == null ? come.forward(near) : come.forward(near, other));
      return;
    }
    Kernel adds = kernel(in + sum.operation(), sum, sizes);
    made.put(
        kernel.output(),
        rest == null ? come.backward(near, adds) : come.backward(near, other, adds));
    made.put(sum.output(), rank.broughtBack());
  }

  private long collective(RankEmitter rank, String name, Communicate node, Map<Value, Long> made) {
    long before = node.inputs().isEmpty() ? RankEmitter.NONE : made.get(node.inputs().get(0));
    if (sizes.ranks(node.axes()) == 1) {
      return before;
    }
    int group = kinds.indexOf(kind(node.group()));
    long bytes = sizes.of(node.bytes());
    if (node.pieces() != null) {
      io.heddle.runtime.emit.PieceEmitter pieces = inPieces(rank, node, node.pieces(), made);
      return switch (node.kind()) {
        case ALL_GATHER -> pieces.allGather(name, group, bytes);
        case REDUCE_SCATTER -> pieces.reduceScatter(name, group, bytes);
        case ALL_REDUCE -> pieces.allReduce(name, group, bytes);
        case ALL_TO_ALL, PASS_ON, PASS_BACK -> throw new IllegalArgumentException(name);
      };
    }
    rank.needs(before);
    if (node.isByNode()) {
      ExpertWay.Spread spread = node.way().spread();
      return rank.byNode(
          name,
          group,
          bytes,
          sizes.of(spread.tokens()),
          sizes.of(spread.experts()),
          sizes.of(spread.top()),
          spread.nodes(),
          node.way().toExperts());
    }
    for (int route = 0; route < plan.loadedRows().size(); route++) {
      Dim rows = plan.loadedRows().get(route);
      if (node.way() != null && node.way().rows().equals(rows)) {
        return node.way().toExperts()
            ? rank.toExperts(name, group, bytes, route)
            : rank.fromExperts(name, group, bytes, route);
      }
      bytes = RowSizes.has(node.bytes(), rows) ? rank.bytesOfRows(route, bytes) : bytes;
    }
    return switch (node.kind()) {
      case ALL_GATHER -> rank.allGather(name, group, bytes);
      case REDUCE_SCATTER -> rank.reduceScatter(name, group, bytes);
      case ALL_REDUCE -> rank.allReduce(name, group, bytes);
      case ALL_TO_ALL ->
          rank.allToAll(name, group, bytes, Exchange.valueOf(node.exchange().name()));
      case PASS_ON -> rank.passOn(name, group, bytes);
      case PASS_BACK -> rank.passBack(name, group, bytes);
    };
  }

  private List<Section> blocksOf(int layer) {
    int kind = numbers.layers().kindOf(layer);
    return plan.model().layerKinds().get(kind).blocks().stream().map(this::programOf).toList();
  }

  private Section programOf(Block block) {
    return program.blocks().stream()
        .filter(candidate -> candidate.block().equals(block))
        .findFirst()
        .orElseThrow();
  }

  /** A pass through the blocks of a layer, in their order or from the last to the first. */
  private long layer(RankEmitter rank, int layer, Pass.Kind kind, long stream) {
    List<Section> blocks = new ArrayList<>(blocksOf(layer));
    if (kind != Pass.Kind.FORWARD) {
      Collections.reverse(blocks);
    }
    long out = stream;
    if (plan.model().hasStreams()) {
      List<Model.Use> uses =
          new ArrayList<>(plan.model().layerKinds().get(numbers.layers().kindOf(layer)).uses());
      if (kind != Pass.Kind.FORWARD) {
        Collections.reverse(uses);
      }
      for (Model.Use use : uses) {
        out = through(rank, use, kind, recomputes(layer), out);
      }
      return out;
    }
    for (Section block : blocks) {
      out = pass(rank, block, kind, recomputes(layer), out);
    }
    return out;
  }

  /**
   * A pass through a block where it stands; returns what comes behind, of the last that makes it.
   */
  private long through(
      RankEmitter rank, Model.Use use, Pass.Kind kind, boolean recomputing, long before) {
    Section section = program.section(use.block());
    if (!plan.model().hasStreams()) {
      return pass(rank, section, kind, recomputing, before);
    }
    Pass pass = section.passIn(kind, recomputing).orElse(null);
    if (pass == null) {
      return before;
    }
    boolean forward = kind == Pass.Kind.FORWARD;
    int own = use.stream();
    long given = forward ? rank.streams().tensor(own) : rank.streams().gradient(own);
    List<Long> sides = new ArrayList<>();
    for (int side : use.sides()) {
      sides.add(forward ? rank.streams().tensor(side) : rank.streams().gradient(side));
    }
    long made = pass(rank, section, kind, recomputing, given, sides);
    if (!pass.result().isBefore() && forward) {
      rank.streams().tensor(own, made);
    } else if (!pass.result().isBefore()) {
      rank.streams().gradient(own, made);
    }
    for (int i = 0; i < pass.sides().made().size(); i++) {
      if (!pass.sides().made().get(i).isBefore()) {
        rank.streams().gradient(use.sides().get(i), rank.streams().ofSide(i));
      }
    }
    return pass.result().isBefore() ? before : made;
  }

  @Override
  protected long forwardEmbed(RankEmitter rank) {
    return through(
        rank, StreamUses.embed(plan.model()), Pass.Kind.FORWARD, false, RankEmitter.NONE);
  }

  @Override
  protected long forwardLayer(RankEmitter rank, int layer, long x) {
    return layer(rank, layer, Pass.Kind.FORWARD, x);
  }

  @Override
  protected void forwardHead(RankEmitter rank, long x) {
    through(rank, StreamUses.head(plan.model()), Pass.Kind.FORWARD, false, x);
  }

  @Override
  protected long backwardHead(RankEmitter rank) {
    return through(
        rank, StreamUses.head(plan.model()), Pass.Kind.BACKWARD, false, RankEmitter.NONE);
  }

  @Override
  protected long backwardLayer(RankEmitter rank, int layer, long dx) {
    return layer(rank, layer, Pass.Kind.BACKWARD, dx);
  }

  @Override
  protected long backwardHeadInput(RankEmitter rank) {
    return through(
        rank, StreamUses.head(plan.model()), Pass.Kind.BACKWARD_OF_INPUTS, false, RankEmitter.NONE);
  }

  @Override
  protected void backwardHeadWeight(RankEmitter rank) {
    through(
        rank,
        StreamUses.head(plan.model()),
        Pass.Kind.BACKWARD_OF_WEIGHTS,
        false,
        RankEmitter.NONE);
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
  protected void backwardEmbed(RankEmitter rank, long dx) {
    through(rank, StreamUses.embed(plan.model()), Pass.Kind.BACKWARD, false, dx);
  }

  @Override
  protected long streamBytes() {
    return sizes.of(program.streamElements()) * bytesOf(program.streamFormat());
  }

  private long bytesOf(Size.Format format) {
    return sizes.of(new Size.ElementBytes(format));
  }

  @Override
  protected long sampledTokens() {
    return plan.inference().drawn().stream()
        .mapToLong(drawn -> drawn.count(numbers.parameters()::get))
        .sum();
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
    Sizes here = sizes.onStage(plan, stage);
    Pass pass = program.step().pass();
    Map<Value, Long> made = new HashMap<>();
    made.put(Value.BEFORE, RankEmitter.NONE);
    if (!pass.argument().isBefore()) {
      made.put(pass.argument(), rank.reduced());
    }
    for (LocalNode node : pass.nodes()) {
      if (node instanceof Compute kernel) {
        node.inputs().forEach(input -> rank.needs(made.get(input)));
        made.put(node.output(), rank.compute(kernel(node.operation(), kernel, here)));
        continue;
      }
      StepCollective collective = (StepCollective) node;
      long bytes = here.of(collective.bytes());
      boolean takesPart =
          collective.group() instanceof LocalGroup.Along along
              ? sizes.ranks(along.axes()) > 1
              : collective.group() instanceof LocalGroup.Stages shared
                  ? here.takesPart(shared)
                  : endsApart() && (first(stage) || last(stage));
      if (!takesPart || bytes == 0) {
        made.put(node.output(), made.get(collective.instead()));
        continue;
      }
      node.inputs().forEach(input -> rank.needs(made.get(input)));
      int group = program.groups().indexOf(collective.group());
      made.put(
          node.output(),
          switch (collective.kind()) {
            case ALL_GATHER -> rank.allGather(node.operation(), group, bytes);
            case REDUCE_SCATTER -> rank.reduceScatter(node.operation(), group, bytes);
            case ALL_REDUCE -> rank.allReduce(node.operation(), group, bytes);
            case ALL_TO_ALL, PASS_ON, PASS_BACK ->
                throw new IllegalArgumentException(node.operation());
          });
    }
  }

  private static long rounded(long elements, long shards) {
    return (elements + shards - 1) / shards;
  }
}
