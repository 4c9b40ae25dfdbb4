package io.heddle.processor.program;

import io.heddle.plan.Engine;
import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.figure.EngineFigure;
import io.heddle.plan.schedule.Chain;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Upstream;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.SectionMemory.Amount;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What a rank holds in memory, in bytes. Weights are in the plan's format of tensors, those that
 * inference stores in few bits in theirs, gradients in that of gradients; the optimizer has a
 * master copy of the weights and its moments in formats of their own, split over the ranks that
 * share them. Activations are those that the backward pass reads; what lives within a pass only
 * follows from the program, and what an allocator keeps from the engine.
 */
public final class MemoryEstimate {
  /** The most passes of all stages that are replayed. */
  private static final long MOST_PASSES = 1 << 22;

  /** What layers have in common is counted apart. */
  private static final Set<Saved.Kind> SIDES = Set.of(Saved.Kind.SIDE);

  private final RankProgram program;
  private final Plan plan;
  private final PlanNumbers numbers;
  private final Sizes sizes;
  private final Engine engine;
  private final SectionMemory sections;
  private final LayerSplit split;
  private final List<Model.LayerKind> kinds;
  private final int stages;
  private final boolean full;
  private final boolean selected;

  /** As the plan says what to recompute. */
  public MemoryEstimate(RankProgram program, PlanNumbers numbers) {
    this(
        program,
        numbers,
        program.plan().activations().recompute().full(),
        program.plan().activations().recompute().isSelective());
  }

  /**
   * With another choice of what to recompute.
   *
   * @param full whole layers
   * @param selected what the plan names
   */
  public MemoryEstimate(RankProgram program, PlanNumbers numbers, boolean full, boolean selected) {
    this.full = full;
    this.selected = selected;
    this.program = program;
    this.plan = program.plan();
    this.numbers = numbers;
    this.sizes = new Sizes(numbers.busiest(plan));
    this.engine = numbers.values().engine();
    this.sections = new SectionMemory(program, sizes, new PassMemory(sizes, engine));
    this.split = numbers.split(plan);
    this.kinds = plan.model().layerKinds();
    this.stages = numbers.stages(plan);
  }

  /** The pipeline of a plan. */
  static Pipeline pipeline(Plan plan, PlanNumbers numbers) {
    int microBatches = (int) Math.min(numbers.microBatches(plan), Integer.MAX_VALUE);
    return numbers.values().schedule().pipeline(numbers.stages(plan), microBatches);
  }

  /** Number of stages of the pipeline. */
  public int stages() {
    return stages;
  }

  /** Whether the passes of all stages of a pipeline are few enough to be replayed. */
  static boolean isReplayable(Pipeline pipeline) {
    int places = Math.multiplyExact(pipeline.stages(), pipeline.chunks());
    return pipeline.microBatches() <= MOST_PASSES / places;
  }

  /**
   * What a rank of the stage holds when it holds most: the schedule is replayed.
   *
   * @throws ArithmeticException if a number does not fit into 63 bits
   */
  public StageMemory of(int stage) {
    return of(stage, shortest());
  }

  private StageMemory of(int stage, Pipeline in) {
    return holdings(stage).in(stage, plan.schedule().kind(), in, engine);
  }

  /** A pipeline of few micro-batches whose stages hold as much as those of the plan. */
  private Pipeline shortest() {
    return plan.schedule().kind().shortestAsFull(pipeline(plan, numbers));
  }

  /** What the ranks of each stage hold, whatever the number of micro-batches. */
  List<StageHoldings> holdings() {
    List<StageHoldings> all = new ArrayList<>();
    List<StageLayers> layers = new ArrayList<>();
    for (int stage = 0; stage < stages(); stage++) {
      StageLayers own = StageLayers.of(stage, split, numbers);
      int like = layers.indexOf(own);
      all.add(like < 0 ? holdings(stage) : all.get(like));
      layers.add(own);
    }
    return all;
  }

  private StageHoldings holdings(int stage) {
    List<StageHoldings.Chunk> ofChunks = new ArrayList<>();
    for (int chunk = 0; chunk < chunks(); chunk++) {
      ofChunks.add(
          new StageHoldings.Chunk(
              chunk(stage, chunk),
              chunkWithoutRecomputation(stage, chunk),
              split.ends(split.place(stage, chunk)),
              head(stage, chunk),
              held(stage, chunk)));
    }
    boolean hasHead = split.chain().isLast(stage);
    long unit = unit(stage);
    return new StageHoldings(
        weights(stage),
        Math.addExact(gradients(stage), gradientsAgain(stage)),
        optimizer(stage),
        cache(stage),
        unfused(again(stage)),
        Math.addExact(mostInLayer(stage), unit),
        hasHead
            ? Math.addExact(sections.within(program.head(), sidesOf(program.head().block())), unit)
            : 0,
        ofChunks);
  }

  /** The caches of a stage's layers: each stage has a batch in work, and all batches lie on all. */
  private long cache(int stage) {
    long ofBatch = 0;
    for (Model.LayerKind kind : kinds) {
      long layers = split.layersOf(stage, numbers.layers(), kind.number());
      for (Block block : kind.blocks()) {
        long each = sections.cache(sections.of(block));
        ofBatch = Math.addExact(ofBatch, Math.multiplyExact(layers, each));
      }
    }
    return Math.multiplyExact(ofBatch, stages);
  }

  /** What is kept of activations under the plan's engine. */
  private long unfused(long bytes) {
    return PassMemory.rounded(engine.value(EngineFigure.MEMORY_ACTIVATIONS) * bytes);
  }

  /** What an engine holds of gradients beside those that are added up. */
  private long gradientsAgain(int stage) {
    long elements = elements(stage, SectionMemory.ALL_GROUPS, Amount.GRADIENTS);
    return PassMemory.rounded(engine.value(EngineFigure.MEMORY_GRADIENT) * elements);
  }

  /**
   * The gradients of one unit of weights, whole, where they are scattered unit by unit; and those
   * of weights that units share, which wait for the last of these.
   */
  private long unit(int stage) {
    if (!plan.optimizer().gradientsSharded()) {
      return 0;
    }
    long shared =
        sections.sharedByLayers(stage, SectionMemory.ALL_GROUPS, Amount.TRAINED)
            - sections.sharedByLayers(stage, SectionMemory.WHOLE, Amount.TRAINED);
    return Math.multiplyExact(
        Math.addExact(largestUnit(stage, Amount.TRAINED), shared),
        sizes.of(new Size.ElementBytes(Size.Format.GRADIENT)));
  }

  /** The most that the backward pass of a block of the stage holds beside what was kept for it. */
  private long mostInLayer(int stage) {
    long most = 0;
    for (Model.LayerKind kind : kinds) {
      if (split.layersOf(stage, numbers.layers(), kind.number()) > 0) {
        for (Block block : kind.blocks()) {
          long given = Math.addExact(ownGradient(block), sidesOf(block));
          most = Math.max(most, sections.within(sections.of(block), given));
        }
      }
    }
    return most;
  }

  /** Bytes of the gradient that a block's backward pass gets of its own stream. */
  private long ownGradient(Block block) {
    return block.result() == null ? 0 : streamBytes(block.result().dims());
  }

  /** Bytes of the gradients of other streams to which a block's backward pass adds. */
  private long sidesOf(Block block) {
    return IntStream.range(0, block.sides().size())
        .filter(side -> block.upstream().side(side) == Upstream.Side.ADDED)
        .mapToLong(side -> streamBytes(block.sides().get(side).dims()))
        .reduce(0, Math::addExact);
  }

  private long streamBytes(List<Dim> dims) {
    return Math.multiplyExact(
        sizes.of(program.stream().elements(dims)),
        sizes.of(new Size.ElementBytes(program.streamFormat())));
  }

  /** What the ranks of all stages hold, in order. */
  public List<StageMemory> all() {
    Pipeline in = shortest();
    return IntStream.range(0, stages).mapToObj(stage -> of(stage, in)).toList();
  }

  /**
   * The weights of a stage. Where they are split, its shards and as many units as are gathered at a
   * time, each as large as the largest; all of them if they stay gathered.
   */
  public long weights(int stage) {
    if (plan.inference() != null) {
      return elements(stage, SectionMemory.ALL_GROUPS, Amount.STORED);
    }
    Plan.ShardedWeights sharded = plan.optimizer().weights();
    long held = elements(stage, SectionMemory.ALL_GROUPS, Amount.WEIGHTS);
    if (sharded != null && !sharded.once()) {
      long units = numbers.values().optimizer().weights().prefetch() + 1L;
      long whole = elements(stage, SectionMemory.WHOLE, Amount.WEIGHTS);
      long gathered = Math.multiplyExact(units, largestUnit(stage, Amount.WEIGHTS));
      long split = Math.addExact(shards(stage, Amount.WEIGHTS), gathered);
      held = Math.addExact(whole, Math.min(held - whole, split));
    }
    return Math.multiplyExact(held, sizes.of(new Size.ElementBytes(Size.Format.TENSOR)));
  }

  /**
   * Elements of the trained weights of a stage's largest layer, of its embedding or of its head.
   */
  private long largestUnit(int stage, Amount amount) {
    Chain chain = split.chain();
    long most = chain.isFirst(stage) ? elements(program.embed(), amount) : 0;
    most = chain.isLast(stage) ? Math.max(most, elements(program.head(), amount)) : most;
    for (Model.LayerKind kind : kinds) {
      long layer =
          kind.blocks().stream()
              .distinct()
              .mapToLong(block -> elements(sections.of(block), amount))
              .reduce(0, Math::addExact);
      boolean isHere = split.layersOf(stage, numbers.layers(), kind.number()) > 0;
      most = isHere ? Math.max(most, layer) : most;
    }
    return most;
  }

  private long elements(Section section, Amount amount) {
    // Gathered for each unit that uses them; gradients wait for all units, and count apart.
    long shared = amount == Amount.WEIGHTS ? sections.sharedBy(section, amount) : 0;
    return shared
        + sections.elements(section, SectionMemory.ALL_GROUPS, amount, true)
        - sections.elements(section, SectionMemory.WHOLE, amount, true);
  }

  /** The gradients of a stage's weights; shards where every micro-batch scatters them. */
  public long gradients(int stage) {
    long held =
        plan.optimizer().gradientsSharded()
            ? shards(stage, Amount.GRADIENTS)
            : elements(stage, SectionMemory.ALL_GROUPS, Amount.GRADIENTS);
    return Math.multiplyExact(held, sizes.of(new Size.ElementBytes(Size.Format.GRADIENT)));
  }

  /** The states of the optimizer for what this rank updates of a stage's weights. */
  public long optimizer(int stage) {
    return Math.multiplyExact(
        shards(stage, Amount.TRAINED),
        plan.optimizer().algorithm().stateBytes(numbers.values().precision()));
  }

  /** What a rank has of a stage's elements that are split over data-parallel ranks. */
  private long shards(int stage, Amount amount) {
    long shards = 0;
    List<Step.DataGroup> groups = program.step().data();
    for (int group = 0; group < groups.size(); group++) {
      long elements = elements(stage, group, amount);
      long ranks = sizes.ranks(groups.get(group).scattered());
      shards = Math.addExact(shards, -Math.floorDiv(-elements, ranks));
    }
    return shards;
  }

  /** What is kept of one micro-batch by some layers, {@code begin} to {@code end - 1}. */
  public long layers(long begin, long end, Kind... kinds) {
    return layers(begin, end, true, kinds);
  }

  /** What a chunk of a stage's layers keeps of one micro-batch, and the embedding before it. */
  public long chunk(int stage, int chunk) {
    return chunk(stage, chunk, true);
  }

  /** As {@link #chunk}, if nothing were computed again. */
  public long chunkWithoutRecomputation(int stage, int chunk) {
    return chunk(stage, chunk, false);
  }

  /** What the head keeps of one micro-batch if it stands behind the chunk: the logits, mostly. */
  public long head(int stage, int chunk) {
    boolean last = split.ends(split.place(stage, chunk));
    return last ? sections.kept(program.head(), false, Set.of()) : 0;
  }

  /**
   * What a chunk of a stage's layers, and the head behind it, hold of one micro-batch between the
   * two parts of its backward pass, where it has two: what the gradients of weights are made from.
   */
  public long held(int stage, int chunk) {
    if (!plan.schedule().kind().splitsBackward()) {
      return 0;
    }
    long total = 0;
    for (LayerKinds.Run run : numbers.layers().runs(first(stage, chunk), end(stage, chunk))) {
      Model.LayerKind kind = kinds.get(run.kind());
      long from = Math.max(run.begin(), first(stage, chunk));
      long to = Math.min(run.end(), end(stage, chunk));
      long again = recomputed(from, to);
      total = Math.addExact(total, Math.multiplyExact(again, heldByLayer(kind, true)));
      total = Math.addExact(total, Math.multiplyExact(to - from - again, heldByLayer(kind, false)));
    }
    boolean last = split.ends(split.place(stage, chunk));
    return last ? Math.addExact(total, sections.held(program.head(), false)) : total;
  }

  private long heldByLayer(Model.LayerKind kind, boolean recomputing) {
    long total = 0;
    for (Block block : kind.blocks()) {
      boolean again = recomputing && selected && !full;
      total = Math.addExact(total, sections.held(sections.of(block), again));
    }
    return total;
  }

  /**
   * The most that one layer of a stage has for the time of its backward pass, beside what it keeps.
   */
  public long again(int stage) {
    long most = 0;
    for (Model.LayerKind kind : kinds) {
      if (recomputes(stage, kind)) {
        most = Math.max(most, layer(kind, false, SIDES) - layer(kind, true, SIDES));
      }
    }
    return most;
  }

  /** Whether the stage computes something again of a layer of the kind. */
  private boolean recomputes(int stage, Model.LayerKind kind) {
    for (int chunk = 0; chunk < chunks(); chunk++) {
      for (LayerKinds.Run run : numbers.layers().runs(first(stage, chunk), end(stage, chunk))) {
        long from = Math.max(run.begin(), first(stage, chunk));
        long to = Math.min(run.end(), end(stage, chunk));
        if (run.kind() == kind.number() && recomputed(from, to) > 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Chunks of layers on each stage. */
  public int chunks() {
    return split.chunks();
  }

  private long chunk(int stage, int chunk, boolean recomputing) {
    long layers = layers(first(stage, chunk), end(stage, chunk), recomputing);
    boolean first = split.begins(split.place(stage, chunk));
    return first ? Math.addExact(layers, sections.kept(program.embed(), false, Set.of())) : layers;
  }

  /** The first layer of a chunk that has a backward pass, and so keeps something. */
  private long first(int stage, int chunk) {
    return split.firstBackward(split.place(stage, chunk));
  }

  private long end(int stage, int chunk) {
    return split.endLayer(split.place(stage, chunk));
  }

  /** Which bytes are counted; none given means all. */
  public enum Kind {
    TENSORS_AND_MASKS
  }

  private long layers(long begin, long end, boolean recomputing, Kind... kinds) {
    Set<Saved.Kind> but =
        kinds.length == 0 ? SIDES : Set.of(Saved.Kind.STATISTICS, Saved.Kind.SIDE);
    long total = sides(begin, end);
    for (LayerKinds.Run run : numbers.layers().runs(begin, end)) {
      Model.LayerKind kind = this.kinds.get(run.kind());
      long from = Math.max(begin, run.begin());
      long to = Math.min(end, run.end());
      long again = recomputing ? recomputed(from, to) : 0;
      total = Math.addExact(total, Math.multiplyExact(again, layer(kind, true, but)));
      long rest = to - from - again;
      total = Math.addExact(total, Math.multiplyExact(rest, layer(kind, false, but)));
    }
    return total;
  }

  /** What layers keep of streams that they take beside their own: each once for all of them. */
  private long sides(long begin, long end) {
    if (!plan.model().hasStreams()) {
      return 0;
    }
    Set<Integer> kept = new TreeSet<>();
    for (LayerKinds.Run run : numbers.layers().runs(begin, end)) {
      for (Model.Use use : kinds.get(run.kind()).uses()) {
        List<String> saved =
            sections.of(use.block()).kept(false).stream()
                .filter(each -> each.kind() == Saved.Kind.SIDE)
                .map(Saved::name)
                .toList();
        for (int i = 0; i < use.sides().size(); i++) {
          if (saved.contains(use.block().sides().get(i).name())) {
            kept.add(use.sides().get(i));
          }
        }
      }
    }
    return kept.stream()
        .mapToLong(stream -> streamBytes(plan.model().streams().get(stream).dims()))
        .reduce(0, Math::addExact);
  }

  /** How many of the layers are computed again, wholly or in part. */
  private long recomputed(long begin, long end) {
    long every = numbers.values().recompute().every();
    return end / every - begin / every;
  }

  private long layer(Model.LayerKind kind, boolean recomputing, Set<Saved.Kind> but) {
    if (recomputing && full) {
      int own = kind.uses().get(kind.uses().size() - 1).stream();
      return streamBytes(plan.model().streams().get(own).dims());
    }
    long total = 0;
    for (Block block : kind.blocks()) {
      Section section = sections.of(block);
      total = Math.addExact(total, sections.kept(section, recomputing && selected, but));
    }
    return total;
  }

  private long elements(int stage, int group, Amount amount) {
    long total = 0;
    for (Model.LayerKind kind : kinds) {
      long here = split.layersOf(stage, numbers.layers(), kind.number());
      for (Block block : kind.blocks()) {
        long layer = sections.elements(sections.of(block), group, amount, true);
        total = Math.addExact(total, Math.multiplyExact(here, layer));
      }
    }
    total = Math.addExact(total, sections.sharedByLayers(stage, group, amount));
    Chain chain = split.chain();
    if (chain.isFirst(stage)) {
      total = Math.addExact(total, sections.elements(program.embed(), group, amount, true));
    }
    if (chain.isLast(stage)) {
      // A stage that is first and last holds a tied table once.
      boolean withTied = !chain.isFirst(stage);
      total = Math.addExact(total, sections.elements(program.head(), group, amount, withTied));
      if (withTied) {
        List<Weight> shared = plan.model().sharedTables();
        total =
            Math.addExact(total, sections.tablesOfLayers(program.embed(), shared, group, amount));
      }
    }
    return total;
  }
}
