package io.heddle.processor.program;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.LinearLayers;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the sections of a program hold: stages and chunks ask for the same again and again, and each
 * number is worked out once. Used by one thread.
 */
final class SectionMemory {
  /** In place of the number of a data group: all weights. */
  static final int ALL_GROUPS = -1;

  /** In place of the number of a data group: weights that are never split. */
  static final int WHOLE = -2;

  private final List<Step.DataGroup> groups;
  private final Block embed;
  private final Block head;
  private final Sizes sizes;
  private final PassMemory within;
  private final Plan plan;
  private final Map<Weight, Size.Shared> shared;
  private final @Nullable LinearLayers layers;
  private final Set<Weight> linear;
  private final Map<Weight, LocalWeight> localOf = new HashMap<>();
  private final Map<Block, Section> sections = new HashMap<>();
  private final Map<Object, Long> known = new HashMap<>();

  SectionMemory(RankProgram program, Sizes sizes, PassMemory within) {
    this.groups = program.step().data();
    this.embed = program.embed().block();
    this.head = program.head().block();
    this.sizes = sizes;
    this.within = within;
    this.plan = program.plan();
    this.shared = SharedWeights.of(plan);
    // Of training nothing is stored in few bits.
    this.layers = plan.inference() == null ? null : new LinearLayers(plan.model());
    this.linear = layers == null ? Set.of() : layers.all();
    for (Section section : program.allBlocks()) {
      section.weights().forEach(weight -> localOf.putIfAbsent(weight.weight(), weight));
    }
    program.blocks().forEach(section -> sections.putIfAbsent(section.block(), section));
  }

  /** What of weights is counted. */
  enum Amount {
    WEIGHTS,
    TRAINED,
    GRADIENTS,
    /** Bytes in which inference stores them, not elements. */
    STORED
  }

  private Size size(LocalWeight weight, Amount amount) {
    return switch (amount) {
      case WEIGHTS -> weight.elements();
      case TRAINED -> weight.isTrained() ? weight.elements() : Size.ZERO;
      case GRADIENTS -> weight.gradientElements();
      case STORED ->
          layers != null && linear.contains(weight.weight())
              ? new Size.Stored(weight.elements(), layers.isOfExperts(weight.weight().dims()))
              : Size.product(weight.elements(), new Size.ElementBytes(Size.Format.TENSOR));
    };
  }

  private record Kept(Block block, boolean recomputing, Set<Saved.Kind> but) {}

  private record Cached(Block block) {}

  private record Held(Block block, boolean recomputing) {}

  private record Within(Block block, long argument) {}

  private record Counted(Block block, int group, Amount amount, boolean withTied) {}

  /** The section of a block of a layer. */
  Section of(Block block) {
    Section section = sections.get(block);
    if (section == null) {
      throw new IllegalArgumentException("no section " + block.name());
    }
    return section;
  }

  /** What a section keeps of a micro-batch, without some kinds, bytes. */
  long kept(Section section, boolean recomputing, Set<Saved.Kind> but) {
    return once(
        new Kept(section.block(), recomputing, but), () -> bytes(section.kept(recomputing), but));
  }

  /** Its cache, bytes. */
  long cache(Section section) {
    return once(new Cached(section.block()), () -> bytes(section.cache(), Set.of()));
  }

  /** What it holds between the two parts of its backward pass, bytes. */
  long held(Section section, boolean recomputing) {
    return once(
        new Held(section.block(), recomputing), () -> bytes(section.held(recomputing), Set.of()));
  }

  /**
   * The most that its backward pass holds at a time, bytes.
   *
   * @param argument bytes of what the pass gets
   */
  long within(Section section, long argument) {
    return once(
        new Within(section.block(), argument), () -> within.most(backward(section), argument));
  }

  /**
   * Elements of its weights.
   *
   * @param group number of the data group of those that count, {@link #ALL_GROUPS} or {@link
   *     #WHOLE}
   * @param amount what of them counts
   * @param withTied whether a table that the head shares counts
   */
  long elements(Section section, int group, Amount amount, boolean withTied) {
    return once(
        new Counted(section.block(), group, amount, withTied),
        () -> count(section, group, amount, withTied));
  }

  private long once(Object key, LongSupplier value) {
    Long before = known.get(key);
    if (before != null) {
      return before;
    }
    long now = value.getAsLong();
    known.put(key, now);
    return now;
  }

  private long count(Section section, int group, Amount amount, boolean withTied) {
    long total = 0;
    for (LocalWeight weight : section.weights()) {
      boolean counts = counts(weight, group);
      boolean isShared = section.block().borrows(weight.weight());
      boolean isTied = section.block().equals(head) && embed.weights().contains(weight.weight());
      boolean isApart = shared.containsKey(weight.weight());
      if (counts && !isApart && (!isShared || (withTied && isTied))) {
        total = Math.addExact(total, sizes.of(size(weight, amount)));
      }
    }
    return total;
  }

  /** Elements of what a section uses and others do, of weights that ranks split. */
  long sharedBy(Section section, Amount amount) {
    long total = 0;
    for (LocalWeight weight : section.weights()) {
      if (shared.containsKey(weight.weight()) && !counts(weight, WHOLE)) {
        total = Math.addExact(total, sizes.of(size(weight, amount)));
      }
    }
    return total;
  }

  /** Elements of what layers of a stage share, with one another or with other stages. */
  long sharedByLayers(int stage, int group, Amount amount) {
    if (shared.isEmpty()) {
      return 0;
    }
    long total = 0;
    Sizes here = sizes.onStage(plan, stage);
    for (Map.Entry<Weight, Size.Shared> each : shared.entrySet()) {
      LocalWeight weight = localOf.get(each.getKey());
      if (weight != null && counts(weight, group)) {
        Size held = new Size.Held(each.getValue(), size(weight, amount));
        total = Math.addExact(total, here.of(held));
      }
    }
    return total;
  }

  private boolean counts(LocalWeight weight, int group) {
    return switch (group) {
      case ALL_GROUPS -> true;
      case WHOLE -> groups.stream().noneMatch(each -> isOf(each, weight));
      default -> isOf(groups.get(group), weight);
    };
  }

  /** Elements of tables of the embedding that layers use again, and the head does not. */
  long tablesOfLayers(Section embedding, List<Weight> tables, int group, Amount amount) {
    long total = 0;
    for (LocalWeight weight : embedding.weights()) {
      if (tables.contains(weight.weight())
          && !shared.containsKey(weight.weight())
          && !head.weights().contains(weight.weight())) {
        total = Math.addExact(total, counts(weight, group) ? sizes.of(size(weight, amount)) : 0);
      }
    }
    return total;
  }

  private static boolean isOf(Step.DataGroup group, LocalWeight weight) {
    return group.weights().contains(weight) || group.frozen().contains(weight);
  }

  private long bytes(List<Saved> saved, Set<Saved.Kind> but) {
    long total = 0;
    for (Saved each : saved) {
      total = Math.addExact(total, but.contains(each.kind()) ? 0 : sizes.of(each.bytes()));
    }
    return total;
  }

  /** The first of the passes that make gradients; the forward pass where there is none. */
  private static Pass backward(Section section) {
    return section
        .pass(Pass.Kind.BACKWARD_OF_INPUTS, false)
        .or(() -> section.pass(Pass.Kind.BACKWARD, false))
        .or(() -> section.pass(Pass.Kind.FORWARD, false))
        .orElseThrow();
  }
}
