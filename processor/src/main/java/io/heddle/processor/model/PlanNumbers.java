package io.heddle.processor.model;

import io.heddle.plan.Cluster;
import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.PlanValues;
import io.heddle.plan.expert.ExpertShares;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every number of a plan.
 *
 * @param values what a flattener is made for
 * @param viewAxes of all views
 * @param dims all dimensions, the open one too: micro-batch times the axes that split it
 * @param layers of which kind each is
 * @param padding what padded dimensions are rounded up to a multiple of; 0: the ranks that split
 *     them
 * @param overlapChunks pieces of a collective and of the product beside it, 1 unless the plan cuts
 * @param cluster with the sizes of its networks
 * @param changes of which the numbers were taken: values that the caller gave instead of the file
 * @param experts what ranks send each other, by the dimensions of the rows of experts; empty where
 *     the plan says no {@code load}
 */
public record PlanNumbers(
    PlanValues values,
    Map<String, Long> viewAxes,
    Map<Dim, Long> dims,
    LayerKinds layers,
    Map<Dim, Long> padding,
    long overlapChunks,
    PlannedCluster cluster,
    PlanChanges changes,
    Map<Dim, ExpertShares> experts) {
  /** The name by which the batch of a plan is given. */
  public static final String BATCH = PlanNames.BATCH;

  /**
   * Evaluates everything; empty after findings.
   *
   * @param changes of which the numbers are taken; the lines are in the plan already
   */
  public static Optional<PlanNumbers> of(Plan plan, PlanChanges changes, Diagnostics diagnostics) {
    return new PlanEvaluation(plan, changes, diagnostics).run();
  }

  /** The same with another value of a parameter of the model; empty where that cannot be. */
  public Optional<PlanNumbers> with(Plan plan, String parameter, long value) {
    return of(plan, changes.and(PlanChanges.numbers(Map.of(parameter, value))), new Diagnostics());
  }

  /** Parameters of the model, in order of declaration. */
  public Map<String, Long> parameters() {
    return values.parameters();
  }

  /** Axes of the mesh with their sizes, outermost to innermost. */
  public Map<String, Long> axes() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    values.axes().forEach(axis -> sizes.put(axis.name(), (long) axis.size()));
    return sizes;
  }

  /** Sequences of one step, over all replicas. */
  public long batch() {
    return values.batch();
  }

  /** Sequences of one micro-batch on one replica. */
  public long microBatch() {
    return values.microBatch();
  }

  /** Chunks of layers on each stage, where there are several stages. */
  public int chunks() {
    return values.schedule().chunks();
  }

  /** Size of an axis of the mesh or of a view. */
  public long axis(String name) {
    Long size = viewAxes.get(name);
    return size != null ? size : values.axis(name);
  }

  /** Tells the size of an axis of the mesh, for a note at its declaration. */
  public String describeAxis(String axis) {
    String instead =
        changes.overrides().names().contains(axis) ? ", given instead of the value" : " is set";
    return "mesh " + axis + " = " + axis(axis) + instead;
  }

  /** Size of a dimension where so many ranks split it: rounded up if the plan pads it. */
  public long splitSize(Dim dim, long ranks) {
    return padded(dims, padding, dim, ranks);
  }

  static long padded(Map<Dim, Long> dims, Map<Dim, Long> padding, Dim dim, long ranks) {
    long size = dims.get(dim);
    Long multiple = padding.get(dim);
    if (multiple == null) {
      return size;
    }
    long unit = multiple == 0 ? ranks : multiple;
    return -Math.floorDiv(-size, unit) * unit;
  }

  /** Number of pipeline stages. */
  public int stages(Plan plan) {
    return plan.pipelineAxis() == null
        ? 1
        : Math.toIntExact(values.axis(plan.pipelineAxis().axis()));
  }

  /**
   * Which layers lie where.
   *
   * @throws IllegalArgumentException if they cannot be dealt out as the plan says
   */
  public LayerSplit split(Plan plan) {
    return LayerSplit.of(values, totalLayers(), stages(plan))
        .backwardFrom(plan.trained().backwardFrom(layers));
  }

  /** Layers of the whole model. */
  public long totalLayers() {
    return layers.total();
  }

  /** Micro-batches of one replica in one step; rounded down where they do not divide. */
  public long microBatches(Plan plan) {
    return batch() / together(plan);
  }

  /** Sequences of one micro-batch, over all replicas. */
  private long together(Plan plan) {
    long together = microBatch();
    for (Dim dim : plan.model().stream()) {
      together = dim.isOpen() ? dims.get(dim) : together;
    }
    return together;
  }

  /**
   * The same with another batch.
   *
   * @param count micro-batches of one replica
   */
  public PlanNumbers withMicroBatches(Plan plan, long count) {
    return with(values.withBatch(Math.multiplyExact(count, together(plan))));
  }

  /**
   * The same on another machine, with as many ranks for the plan or more.
   *
   * @param machine whose figures hold; placement was checked on the plan's own cluster
   */
  public PlanNumbers on(Cluster machine) {
    return with(values.on(machine));
  }

  private PlanNumbers with(PlanValues others) {
    return new PlanNumbers(
        others, viewAxes, dims, layers, padding, overlapChunks, cluster, changes, experts);
  }

  /**
   * The same with another batch, where it is a number that is given in place of the plan's; empty
   * where the plan has no such number, or it is no number that a batch can be.
   *
   * @param others of which the numbers are taken: they differ in the batch alone
   */
  public Optional<PlanNumbers> withBatch(PlanChange.Value batch, PlanChanges others) {
    if (!batch.name().equals(BATCH)
        || !(batch.value() instanceof Expression.Literal literal)
        || literal.value() < 1
        || literal.value() > NumberReader.LARGEST) {
      return Optional.empty();
    }
    return Optional.of(
        new PlanNumbers(
            values.withBatch(literal.value()),
            viewAxes,
            dims,
            layers,
            padding,
            overlapChunks,
            cluster,
            others,
            experts));
  }

  /** Whether {@code batch} is that of the plan and nothing else, and nothing follows from it. */
  public static boolean hasBatchApart(Plan plan) {
    PlanNames names = PlanNames.of(plan);
    return names.others().contains(BATCH)
        && !names.axes().contains(BATCH)
        && !names.parameters().contains(BATCH);
  }

  /**
   * The same, where every expert has as many rows as those of the rank have on average that gets
   * most of them in any layer and micro-batch; as it is where the plan says no {@code load}.
   */
  public PlanNumbers busiest(Plan plan) {
    if (experts.isEmpty()) {
      return this;
    }
    Map<Dim, Long> most = new LinkedHashMap<>(dims);
    experts.forEach(
        (rows, shares) -> {
          Operation.Dispatch dispatch = plan.model().expertRows().get(rows);
          long together = 1;
          for (String axis : new ExpertLayout(plan, dispatch).rowAxes()) {
            together = Math.multiplyExact(together, axis(axis));
          }
          long each = dims.get(dispatch.experts()) / shares.ranks();
          long local = Math.max(1, -Math.floorDiv(-shares.most(), each));
          most.put(rows, Math.multiplyExact(local, together));
        });
    return new PlanNumbers(
        values, viewAxes, most, layers, padding, overlapChunks, cluster, changes, experts);
  }
}
