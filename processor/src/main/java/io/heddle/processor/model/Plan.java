package io.heddle.processor.model;

import io.heddle.plan.Engine;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Precision;
import io.heddle.plan.expert.ExpertLoad;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a model lies on a mesh.
 *
 * @param parameters of the model to which the plan gives a value
 * @param layout the axes of the mesh, outermost to innermost
 * @param pipelineAxis the axis that splits the layers; null where none does
 * @param shard axes of each dimension
 * @param stream where the stream tensor is stored otherwise than {@code shard} says
 * @param padding dimensions that are rounded up
 * @param inference what a step of inference is; null for training, and for {@code forward}
 */
public record Plan(
    String name,
    String documentation,
    Model model,
    Map<String, Expression> parameters,
    List<MeshAxis> layout,
    @Nullable AxisUse pipelineAxis,
    Map<Dim, List<AxisUse>> shard,
    Map<Dim, List<AxisUse>> stream,
    Map<Dim, Padding> padding,
    List<Pin> pins,
    List<View> views,
    Experts experts,
    Context context,
    Overlap overlap,
    TwoLevelSums twoLevelSums,
    Batch batch,
    Schedule schedule,
    Stages stages,
    Activations activations,
    Frozen frozen,
    Optimizer optimizer,
    Reduction reduction,
    Formats formats,
    ParametricCluster cluster,
    Engine engine,
    @Nullable Inference inference,
    Span span) {
  /** The same with other sizes of axes of its views; those that are not named stay. */
  public Plan withViewSizes(Map<String, Expression> sizes) {
    return with(views.stream().map(view -> view.withSizes(sizes)).toList(), frozen);
  }

  /** The same with no weight frozen. */
  public Plan training() {
    return with(views, new Frozen(Set.of(), frozen.span()));
  }

  private Plan with(List<View> otherViews, Frozen otherFrozen) {
    return new Plan(
        name,
        documentation,
        model,
        parameters,
        layout,
        pipelineAxis,
        shard,
        stream,
        padding,
        pins,
        otherViews,
        experts,
        context,
        overlap,
        twoLevelSums,
        batch,
        schedule,
        stages,
        activations,
        otherFrozen,
        optimizer,
        reduction,
        formats,
        cluster,
        engine,
        inference,
        span);
  }

  /** An axis of the mesh with its size. */
  public record MeshAxis(String name, Expression size, Span span) {}

  /**
   * Axes regrouped: the ranks along {@code from}, the first most significant, read as coordinates
   * along {@code to}.
   */
  public record View(String name, List<String> from, List<ViewAxis> to, Span span) {
    View withSizes(Map<String, Expression> sizes) {
      List<ViewAxis> resized =
          to.stream()
              .map(a -> new ViewAxis(a.name(), sizes.getOrDefault(a.name(), a.size()), a.span()))
              .toList();
      return new View(name, from, resized, span);
    }
  }

  /**
   * An axis of a view.
   *
   * @param size null for the one that is left over
   */
  public record ViewAxis(String name, @Nullable Expression size, Span span) {}

  /**
   * What experts get.
   *
   * @param capacity rows of an expert over its even share; null where no row is dropped or padded
   * @param imbalance rows of the worst expert over its even share; null for even
   * @param exchange how their tokens travel
   * @param nodes to which a token goes at most, of an exchange by nodes; 0: any number
   * @param load how the router shares them out, to a row; null where all get an even share, rounded
   *     up, times the factors
   */
  public record Experts(
      @Nullable BigDecimal capacity,
      @Nullable BigDecimal imbalance,
      Exchange exchange,
      long nodes,
      @Nullable ExpertLoad load,
      Span span) {

    /** The capacity as a decimal number; empty without. */
    public String capacityText() {
      return text(capacity);
    }

    /** The imbalance as a decimal number; empty without. */
    public String imbalanceText() {
      return text(imbalance);
    }

    /** The load as a plan says it; empty without. */
    public String loadText() {
      return load == null ? "" : load.text();
    }

    private static String text(@Nullable BigDecimal factor) {
      return factor == null ? "" : factor.toPlainString();
    }
  }

  /**
   * The dimensions of the rows of experts of which ranks get different numbers, in the order of the
   * model; none where the plan says no {@code load}.
   */
  public List<Dim> loadedRows() {
    return experts.load() == null ? List.of() : List.copyOf(model.expertRows().keySet());
  }

  /** What an all-to-all is made of. */
  public enum Exchange {
    /** Not said: messages on a network of several dimensions, a collective on one. */
    BY_NETWORK,
    /** Messages. */
    PAIRWISE,
    /** The collective of the simulator. */
    DIRECT,
    /** Messages, of which each token goes once to each node and from there to its ranks. */
    BY_NODE
  }

  /**
   * How attention gets the keys where an axis splits them.
   *
   * @param exchange how the parts of queries, keys and values travel where the axis moves
   * @param repeat axes that move to heads of the queries alone, so that their ranks hold the same
   *     keys and values: for more ranks than there are heads of keys
   */
  public record Context(Kind kind, Exchange exchange, List<AxisUse> repeat, Span span) {
    public Context {
      repeat = List.copyOf(repeat);
    }

    /** The ways. */
    public enum Kind {
      /** Not said: keys must be whole. */
      NONE,
      /** Every rank gathers all keys and values. */
      ALL_GATHER,
      /** The axis moves from the keys to the heads and back. */
      ALL_TO_ALL,
      /** Keys and values go round from rank to rank. */
      RING
    }
  }

  /**
   * What runs beside each other.
   *
   * @param chunks pieces of a collective over {@code axes} and of the product beside it; null where
   *     none are cut
   * @param experts where it is said that kernels run beside the exchanges of experts; null where it
   *     is not
   */
  public record Overlap(
      List<AxisUse> axes, @Nullable Expression chunks, Span span, @Nullable Span experts) {
    public Overlap {
      axes = List.copyOf(axes);
    }

    /** The names of the axes. */
    public List<String> axisNames() {
      return axes.stream().map(AxisUse::axis).toList();
    }
  }

  /**
   * Which sums of tensors go in two levels, inside nodes and between them.
   *
   * @param axes those whose sums do; none unless the plan says so
   */
  public record TwoLevelSums(List<AxisUse> axes, Span span) {
    public TwoLevelSums {
      axes = List.copyOf(axes);
    }

    /** Whether a sum over these axes goes in two levels. */
    public boolean has(List<String> over) {
      return axes.stream().map(AxisUse::axis).toList().containsAll(over);
    }
  }

  /**
   * A dimension that is rounded up wherever it is split.
   *
   * @param multiple to a multiple of this; null: of the ranks that split it
   */
  public record Padding(@Nullable Expression multiple, Span span) {}

  /**
   * An axis where it is used.
   *
   * @param split the dimension that it splits there; the axis itself where it splits none
   */
  public record AxisUse(String axis, Span span, Span split) {
    /** An axis that is only named. */
    public AxisUse(String axis, Span span) {
      this(axis, span, span);
    }

    /** The same, of a dimension that stands there. */
    AxisUse of(Span dim) {
      return new AxisUse(axis, span, dim);
    }
  }

  /**
   * A tensor whose type is given.
   *
   * @param gradient whether it is the product that makes the weight's gradient
   */
  public record Pin(boolean gradient, Operand tensor, Map<Dim, List<AxisUse>> split, Span span) {}

  /** Sequences in a step, over all replicas, and in a micro-batch of one replica. */
  public record Batch(Expression batch, Expression microBatch, Span span) {}

  /**
   * In which order stages run their micro-batches.
   *
   * @param kind its rules
   * @param settings that the plan gives, by name
   * @param splitMessages whether ranks on which the stream is whole send a share of it each
   */
  public record Schedule(
      PipelineSchedule kind, Map<String, Expression> settings, boolean splitMessages, Span span) {
    /** Whether nothing is trained. */
    public boolean forwardOnly() {
      return !kind.hasBackward();
    }

    public Schedule {
      settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }
  }

  /**
   * How the layers are dealt out: {@code listed} where it is not empty, else balanced or equally.
   * Where stages have several chunks, the list is of chunks.
   */
  public record Stages(boolean balanced, List<Run> listed, Span span) {}

  /** So many stages, each of so many layers. */
  public record Run(Expression stages, Expression layers) {}

  /**
   * What is kept of the forward pass for the backward pass.
   *
   * @param keep tensors that stay as they were gathered for an operation
   * @param unfused whether attention stores its scores
   */
  public record Activations(Recompute recompute, List<Kept> keep, boolean unfused) {
    public Activations {
      keep = List.copyOf(keep);
    }

    /** Whether the tensor stays as it was gathered. */
    public boolean keeps(Tensor tensor) {
      return keep.stream().anyMatch(kept -> kept.tensor().equals(tensor));
    }
  }

  /**
   * What the backward pass computes again.
   *
   * @param words as written
   * @param full whole layers
   * @param blocks whole blocks, by their names
   * @param operations single operations: their names, by that of their block
   * @param every in one layer of so many; null: in each
   */
  public record Recompute(
      List<String> words,
      boolean full,
      Set<String> blocks,
      Map<String, Set<String>> operations,
      @Nullable Expression every,
      Span span) {
    public Recompute {
      words = List.copyOf(words);
      blocks = Set.copyOf(blocks);
      operations = Map.copyOf(operations);
    }

    /** How much is computed again where anything is. */
    public io.heddle.plan.Recompute.Extent extent() {
      if (full) {
        return io.heddle.plan.Recompute.Extent.FULL;
      }
      return isSelective()
          ? io.heddle.plan.Recompute.Extent.SELECTED
          : io.heddle.plan.Recompute.Extent.NONE;
    }

    /** Whether single blocks or operations are computed again. */
    public boolean isSelective() {
      return !blocks.isEmpty() || !operations.isEmpty();
    }

    /** Whether the operation is computed again, not counting blocks that wholly are. */
    public boolean selects(Block block, Operation operation) {
      return operations.getOrDefault(block.name(), Set.of()).contains(operation.name());
    }
  }

  /** Weights that are not trained. */
  public record Frozen(Set<Weight> weights, Span span) {
    public Frozen {
      weights = Set.copyOf(weights);
    }
  }

  /** A tensor that stays as it was gathered. */
  public record Kept(Tensor tensor, Span span) {}

  /**
   * The optimizer.
   *
   * @param clipped whether the norm of all gradients is taken first
   * @param shardedOver the axes that its states are split over
   * @param gradientsSharded whether the gradients of every micro-batch are reduce-scattered
   * @param weights how weights are split over the same axes; null where they are whole
   */
  public record Optimizer(
      io.heddle.plan.Optimizer.Algorithm algorithm,
      boolean clipped,
      List<AxisUse> shardedOver,
      boolean gradientsSharded,
      @Nullable ShardedWeights weights,
      Span span) {}

  /**
   * Weights that are gathered before they are used.
   *
   * @param prefetch layers that a gather runs ahead; null where it is not said
   * @param once whether they stay gathered for all micro-batches of a direction
   */
  public record ShardedWeights(@Nullable Expression prefetch, boolean once, Span span) {}

  /**
   * When gradients are reduced.
   *
   * @param bucketBytes of one collective, where they go in buckets; 0 elsewhere
   * @param blocking whether the next kernel waits
   * @param twoLevel whether sums go in two levels, inside nodes and between them
   */
  public record Reduction(
      GradientReduction.When when,
      long bucketBytes,
      boolean blocking,
      boolean twoLevel,
      Span span) {}

  /** Formats of the kinds of tensors. */
  public record Formats(Precision precision, Span span) {
    /** Of activations, their gradients and weights. */
    public NumberFormat tensors() {
      return precision.tensors();
    }
  }

  /** Whether the weight gets a gradient. */
  public boolean trains(Weight weight) {
    return !schedule.forwardOnly() && !frozen.weights().contains(weight);
  }

  /** What of the model has a backward pass. */
  public TrainedParts trained() {
    return new TrainedParts(this);
  }

  /** The axis of the mesh with this name. */
  public Optional<MeshAxis> axis(String axis) {
    return layout.stream().filter(candidate -> candidate.name().equals(axis)).findFirst();
  }

  /** The view that has this axis. */
  public Optional<View> viewOf(String axis) {
    return views.stream()
        .filter(view -> view.to().stream().anyMatch(to -> to.name().equals(axis)))
        .findFirst();
  }

  /**
   * All axes, those of views before the first that they regroup: the order in which groups name
   * theirs.
   */
  public List<String> axisOrder() {
    List<String> order = new ArrayList<>(layout.stream().map(MeshAxis::name).toList());
    for (View view : views) {
      int place = view.from().stream().mapToInt(order::indexOf).filter(i -> i >= 0).min().orElse(0);
      order.addAll(place, view.to().stream().map(ViewAxis::name).toList());
    }
    return order;
  }

  /**
   * Whether optimizer states are split over this axis: it is listed, or it is the most significant
   * axis of a view whose most significant axis is.
   */
  public boolean isOptimizerSharded(String axis) {
    List<String> listed = optimizer.shardedOver().stream().map(AxisUse::axis).toList();
    return listed.contains(axis)
        || viewOf(axis)
            .filter(view -> view.to().get(0).name().equals(axis))
            .filter(view -> listed.contains(view.from().get(0)))
            .isPresent();
  }

  /** Whether backward passes reduce gradients, not the end of the step alone. */
  public boolean reducesEarly() {
    return optimizer.gradientsSharded() || reduction.when() != GradientReduction.When.AT_END;
  }

  /**
   * Whether ranks that share the queries of an attention each take a piece from the front and one
   * from the back, so that all do the same causal work.
   */
  public boolean balances(Operation.Attend attend) {
    boolean gathers =
        context.kind() == Context.Kind.ALL_GATHER || context.kind() == Context.Kind.RING;
    return attend.visible().causal()
        && (gathers || !attend.keys().equals(attend.over()))
        && !bringsNeighbours(attend);
  }

  /**
   * Whether ranks that share the keys of an attention get those of their neighbours alone, where
   * the plan lets ranks get keys: queries see a part of the sequence round their own place.
   */
  public boolean bringsNeighbours(Operation.Attend attend) {
    return (attend.visible().window() != null || attend.visible().chunk() != null)
        && !attend.visible().hasCache()
        && attend.keys().equals(attend.over())
        && !activations.unfused();
  }

  /** The pieces of a dimension that a rank has: two where causal attention is balanced over it. */
  public int pieces(Dim dim) {
    boolean isBalanced =
        model.allBlocks().stream()
            .flatMap(block -> block.operations().stream())
            .anyMatch(
                operation ->
                    operation instanceof Operation.Attend attend
                        && attend.over().equals(dim)
                        && balances(attend));
    return isBalanced ? 2 : 1;
  }

  /** The names of the axes that {@code shard} gives the dimension. */
  public List<String> shardOf(Dim dim) {
    return shard.getOrDefault(dim, List.of()).stream().map(AxisUse::axis).toList();
  }
}
