package io.heddle.processor.local;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a rank holds in memory, in bytes. Weights are in the plan's format of tensors, gradients in
 * that of gradients; the optimizer has a master copy of the weights and its moments in fp32, split
 * over the ranks that share them. Activations are those that the backward pass reads; what lives
 * only within a pass, buffers of communication and what an allocator loses are not counted.
 */
public final class MemoryEstimate {
  /** Bytes of the states of each optimizer for one parameter: a master copy and moments in fp32. */
  private static final Map<String, Integer> STATES = Map.of("adam", 12, "sgd", 8);

  private final LocalProgram program;
  private final Plan plan;
  private final PlanNumbers numbers;
  private final Sizes sizes;
  private final int stages;
  private final boolean full;
  private final boolean selected;

  /** As the plan says what to recompute. */
  public MemoryEstimate(LocalProgram program, PlanNumbers numbers) {
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
  public MemoryEstimate(LocalProgram program, PlanNumbers numbers, boolean full, boolean selected) {
    this.full = full;
    this.selected = selected;
    this.program = program;
    this.plan = program.plan();
    this.numbers = numbers;
    this.sizes = new Sizes(numbers, plan.formats().tensors(), plan.formats().gradients());
    this.stages = Math.toIntExact(numbers.stages(plan));
  }

  /** Number of stages of the pipeline. */
  public int stages() {
    return stages;
  }

  /**
   * The weights of a stage. Where they are split, its shards and as many units as are gathered at a
   * time, each as large as the largest; all of them if they stay gathered.
   */
  public long weights(int stage) {
    Plan.ShardedWeights sharded = plan.optimizer().weights();
    long held = elements(stage, w -> true, LocalWeight::elements);
    if (sharded != null && !sharded.once()) {
      long gathered = Math.multiplyExact(numbers.weightPrefetch() + 1L, largestUnit(stage));
      held = Math.min(held, Math.addExact(shards(stage, LocalWeight::elements), gathered));
    }
    return Math.multiplyExact(held, sizes.of(new Size.ElementBytes(Size.Format.TENSOR)));
  }

  /** Elements of the weights of a stage's largest layer, of its embedding or of its head. */
  private long largestUnit(int stage) {
    long most = stage == 0 ? elements(program.embed()) : 0;
    most = stage == stages - 1 ? Math.max(most, elements(program.head())) : most;
    for (Model.Stack stack : plan.model().stacks()) {
      long layer =
          program.blocks().stream()
              .filter(block -> stack.blocks().contains(block.block()))
              .mapToLong(this::elements)
              .sum();
      most = Math.max(most, layer);
    }
    return most;
  }

  private long elements(BlockProgram block) {
    return block.weights().stream().mapToLong(weight -> sizes.of(weight.elements())).sum();
  }

  /** The gradients of a stage's weights; shards where every micro-batch scatters them. */
  public long gradients(int stage) {
    long held =
        plan.optimizer().gradientsSharded()
            ? shards(stage, LocalWeight::gradientElements)
            : elements(stage, w -> true, LocalWeight::gradientElements);
    return Math.multiplyExact(held, sizes.of(new Size.ElementBytes(Size.Format.GRADIENT)));
  }

  /** The states of the optimizer for what this rank updates of a stage's weights. */
  public long optimizer(int stage) {
    return Math.multiplyExact(
        shards(stage, LocalWeight::elements), STATES.get(plan.optimizer().algorithm()));
  }

  /** What a rank has of a stage's elements that are split over data-parallel ranks. */
  private long shards(int stage, Function<LocalWeight, Size> each) {
    long shards = 0;
    for (Step.DataGroup group : program.step().data()) {
      long elements = elements(stage, group.weights()::contains, each);
      long ranks = sizes.ranks(group.scattered());
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
    boolean last = stage == stages - 1 && chunk == chunks() - 1;
    return last ? bytes(program.head().kept(false), Set.of()) : 0;
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
    long begin = 0;
    for (Model.Stack stack : plan.model().stacks()) {
      long end = begin + numbers.layers().get(stack);
      long from = Math.max(begin, first(stage, chunk));
      long to = Math.max(from, Math.min(end, end(stage, chunk)));
      long again = recomputed(from, to);
      total = Math.addExact(total, Math.multiplyExact(again, heldByLayer(stack, true)));
      total =
          Math.addExact(total, Math.multiplyExact(to - from - again, heldByLayer(stack, false)));
      begin = end;
    }
    boolean last = stage == stages - 1 && chunk == chunks() - 1;
    return last ? Math.addExact(total, held(program.head(), false)) : total;
  }

  private long heldByLayer(Model.Stack stack, boolean recomputing) {
    long total = 0;
    for (Block block : stack.blocks()) {
      total = Math.addExact(total, held(programOf(block), recomputing));
    }
    return total;
  }

  private long held(BlockProgram block, boolean recomputing) {
    return bytes(block.held(recomputing && selected && !full), Set.of());
  }

  /**
   * The most that one layer of a stage has for the time of its backward pass, beside what it keeps.
   */
  public long again(int stage) {
    long most = 0;
    long begin = 0;
    for (Model.Stack stack : plan.model().stacks()) {
      long end = begin + numbers.layers().get(stack);
      long with = layer(stack, true, Set.of());
      boolean isHere = false;
      for (int chunk = 0; chunk < chunks(); chunk++) {
        long from = Math.max(begin, first(stage, chunk));
        long to = Math.min(end, end(stage, chunk));
        isHere |= from < to && recomputed(from, to) > 0;
      }
      most = isHere ? Math.max(most, layer(stack, false, Set.of()) - with) : most;
      begin = end;
    }
    return most;
  }

  /**
   * Passes through a chunk of layers that wait for their backward pass at a time, at most.
   *
   * <p>All of them with GPipe; otherwise as many as the warm-up has, and one: Narayanan et al.
   * 2021, arXiv:2104.04473, section 2.2; Qi et al. 2023, arXiv:2401.10241, section 3.
   */
  public long inFlight(int stage) {
    long microBatches = numbers.microBatches(plan);
    long warmUp =
        switch (plan.schedule().kind()) {
          case GPIPE -> microBatches;
          case ONE_F_ONE_B -> stages - stage;
          case ZERO_BUBBLE -> stages;
          case INTERLEAVED ->
              chunks() == 1
                  ? stages - stage
                  : 2L * (stages - stage - 1) + (chunks() - 1L) * stages + 1;
        };
    return Math.min(warmUp, microBatches * chunks());
  }

  /** Everything that a rank of the stage holds when it holds most. */
  public long peak(int stage) {
    long kept = 0;
    for (int chunk = 0; chunk < chunks(); chunk++) {
      kept = Math.addExact(kept, Math.addExact(chunk(stage, chunk), head(stage, chunk)));
    }
    long activations =
        plan.schedule().kind().splitsBackward()
            ? keptAndHeld(stage, kept, held(stage, 0))
            : Math.multiplyExact(inFlight(stage), kept) / chunks();
    long states = Math.addExact(Math.addExact(weights(stage), gradients(stage)), optimizer(stage));
    return Math.addExact(Math.addExact(states, activations), again(stage));
  }

  /**
   * The most that passes keep for the first part of their backward pass, and others for the second:
   * {@code held} is what is left of {@code kept} between the two. On stage s of p a first part
   * comes behind each forward pass from the (p - s)-th on, and the second s first parts later (Qi
   * et al. 2023, section 2.3).
   */
  private long keptAndHeld(int stage, long kept, long held) {
    long microBatches = numbers.microBatches(plan);
    long ahead = Math.min(microBatches, stages - 1L - stage);
    long most = Math.multiplyExact(ahead, kept);
    for (long first = 0; first < Math.min(stage + 1L, microBatches); first++) {
      if (first + ahead < microBatches) {
        most = Math.max(most, bytes(ahead + 1, kept, first, held));
      }
      long waiting = Math.min(ahead, microBatches - 1 - first);
      most = Math.max(most, bytes(waiting, kept, first + 1, held));
    }
    return most;
  }

  private static long bytes(long passes, long kept, long others, long held) {
    return Math.addExact(Math.multiplyExact(passes, kept), Math.multiplyExact(others, held));
  }

  /** Chunks of layers on each stage. */
  public int chunks() {
    return stages == 1 ? 1 : Math.toIntExact(numbers.chunks());
  }

  private long chunk(int stage, int chunk, boolean recomputing) {
    long layers = layers(first(stage, chunk), end(stage, chunk), recomputing);
    boolean isFirst = stage == 0 && chunk == 0;
    return isFirst ? Math.addExact(layers, bytes(program.embed().kept(false), Set.of())) : layers;
  }

  private long first(int stage, int chunk) {
    return numbers.firstLayer((long) chunk * stages + stage, (long) stages * chunks());
  }

  private long end(int stage, int chunk) {
    return numbers.firstLayer((long) chunk * stages + stage + 1, (long) stages * chunks());
  }

  /** Which bytes are counted; none given means all. */
  public enum Kind {
    TENSORS_AND_MASKS
  }

  private long layers(long begin, long end, boolean recomputing, Kind... kinds) {
    Set<Saved.Kind> but = kinds.length == 0 ? Set.of() : Set.of(Saved.Kind.STATISTICS);
    long total = 0;
    long stackBegin = 0;
    for (Model.Stack stack : plan.model().stacks()) {
      long stackEnd = stackBegin + numbers.layers().get(stack);
      long from = Math.max(begin, stackBegin);
      long to = Math.max(from, Math.min(end, stackEnd));
      long again = recomputing ? recomputed(from, to) : 0;
      total = Math.addExact(total, Math.multiplyExact(again, layer(stack, true, but)));
      long rest = to - from - again;
      total = Math.addExact(total, Math.multiplyExact(rest, layer(stack, false, but)));
      stackBegin = stackEnd;
    }
    return total;
  }

  /** How many of the layers are computed again, wholly or in part. */
  private long recomputed(long begin, long end) {
    long every = numbers.recomputeEvery();
    return end / every - begin / every;
  }

  private long layer(Model.Stack stack, boolean recomputing, Set<Saved.Kind> but) {
    if (recomputing && full) {
      return Math.multiplyExact(
          sizes.of(program.streamElements()), sizes.of(new Size.ElementBytes(Size.Format.TENSOR)));
    }
    long total = 0;
    for (Block block : stack.blocks()) {
      BlockProgram local = programOf(block);
      total = Math.addExact(total, bytes(local.kept(recomputing && selected), but));
    }
    return total;
  }

  private long bytes(List<Saved> saved, Set<Saved.Kind> but) {
    long total = 0;
    for (Saved each : saved) {
      total = Math.addExact(total, but.contains(each.kind()) ? 0 : sizes.of(each.bytes()));
    }
    return total;
  }

  private BlockProgram programOf(Block block) {
    return program.blocks().stream()
        .filter(candidate -> candidate.block().equals(block))
        .findFirst()
        .orElseThrow();
  }

  private long elements(int stage, Predicate<LocalWeight> which, Function<LocalWeight, Size> each) {
    long total = 0;
    long begin = 0;
    for (Model.Stack stack : plan.model().stacks()) {
      long end = begin + numbers.layers().get(stack);
      long here = numbers.layersOf(stage, stages, begin, end);
      for (Block block : stack.blocks()) {
        long layer = elements(programOf(block), which, each);
        total = Math.addExact(total, Math.multiplyExact(here, layer));
      }
      begin = end;
    }
    if (stage == 0) {
      total = Math.addExact(total, elements(program.embed(), which, each));
    }
    if (stage == stages - 1) {
      // A stage that is first and last holds a tied table once.
      Predicate<LocalWeight> own =
          stage == 0 ? which.and(w -> !w.weight().equals(plan.model().tied())) : which;
      total = Math.addExact(total, elements(program.head(), own, each));
    }
    return total;
  }

  private long elements(
      BlockProgram block, Predicate<LocalWeight> which, Function<LocalWeight, Size> each) {
    long total = 0;
    for (LocalWeight weight : block.weights()) {
      total = Math.addExact(total, which.test(weight) ? sizes.of(each.apply(weight)) : 0);
    }
    return total;
  }
}
