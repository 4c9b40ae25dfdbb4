package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Definitions.Definition;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Every number of a plan.
 *
 * @param parameters of the model, in order of declaration
 * @param axes of the mesh, outermost to innermost
 * @param viewAxes of all views
 * @param dims all dimensions, the open one too: micro-batch times the axes that split it
 * @param batch sequences of one step, over all replicas
 * @param microBatch sequences of one micro-batch on one replica
 * @param layers of each stack, in order
 * @param padding what padded dimensions are rounded up to a multiple of; 0: the ranks that split
 *     them
 * @param chunks of layers on each stage, 1 unless the schedule has several
 * @param recomputeEvery in one layer of so many the plan computes things again
 * @param weightPrefetch layers that the gathering of split weights runs ahead
 * @param overlapChunks pieces of a collective and of the product beside it, 1 unless the plan cuts
 * @param replaced names whose values the caller gave instead of the file
 * @param cluster with the sizes of its networks
 * @param stageLayers layers of each stage or chunk, where the plan lists them; else empty
 */
public record PlanNumbers(
    Map<String, Long> parameters,
    Map<String, Long> axes,
    Map<String, Long> viewAxes,
    Map<Dim, Long> dims,
    long batch,
    long microBatch,
    Map<Model.Stack, Long> layers,
    List<Long> stageLayers,
    long chunks,
    Map<Dim, Long> padding,
    long recomputeEvery,
    int weightPrefetch,
    long overlapChunks,
    Cluster cluster,
    Set<String> replaced) {
  private static final long MOST_STAGES = 1 << 16;

  private static final long DEEPEST_PREFETCH = 1024;

  /** The most pieces of a collective and of the product beside it. */
  public static final long MOST_PIECES = 64;

  /**
   * Evaluates everything; empty after findings.
   *
   * @param changes of which the numbers are taken; the lines are in the plan already
   */
  public static Optional<PlanNumbers> of(Plan plan, PlanChanges changes, Diagnostics diagnostics) {
    return new Evaluation(plan, changes.overrides(), diagnostics).run();
  }

  /** Size of an axis of the mesh or of a view. */
  public long axis(String name) {
    Long size = axes.get(name);
    return size != null ? size : viewAxes.get(name);
  }

  /** Tells the size of an axis of the mesh, for a note at its declaration. */
  public String describeAxis(String axis) {
    String instead = replaced.contains(axis) ? ", given instead of the value" : " is set";
    return "mesh " + axis + " = " + axis(axis) + instead;
  }

  /** Size of a dimension where so many ranks split it: rounded up if the plan pads it. */
  public long splitSize(Dim dim, long ranks) {
    long size = dims.get(dim);
    Long multiple = padding.get(dim);
    if (multiple == null) {
      return size;
    }
    long unit = multiple == 0 ? ranks : multiple;
    return -Math.floorDiv(-size, unit) * unit;
  }

  /** Number of pipeline stages. */
  public long stages(Plan plan) {
    return plan.pipelineAxis() == null ? 1 : axes.get(plan.pipelineAxis().axis());
  }

  /** How many of the layers {@code from} to {@code to - 1} lie on a stage, on all its chunks. */
  public long layersOf(int stage, int stages, long from, long to) {
    long here = 0;
    for (int chunk = 0; chunk < chunks; chunk++) {
      long place = (long) chunk * stages + stage;
      long begin = Math.max(from, firstLayer(place, stages * chunks));
      long end = Math.min(to, firstLayer(place + 1, stages * chunks));
      here += Math.max(0, end - begin);
    }
    return here;
  }

  /**
   * The first layer at one of all places of the chain of chunks: chunk c of stage s stands at c
   * times the number of stages, plus s. At the end stands the number of all layers.
   */
  public long firstLayer(long place, long places) {
    if (!stageLayers.isEmpty()) {
      return stageLayers.stream().limit(place).mapToLong(Long::longValue).sum();
    }
    long layers = totalLayers();
    return place * (layers / places) + Math.min(place, layers % places);
  }

  /** Layers of the whole model. */
  public long totalLayers() {
    return layers.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Micro-batches of one replica in one step; rounded down where they do not divide. */
  public long microBatches(Plan plan) {
    long together = microBatch;
    for (Dim dim : plan.model().stream()) {
      together = dim.isOpen() ? dims.get(dim) : together;
    }
    return batch / together;
  }

  private static final class Evaluation {
    private final Plan plan;
    private final Overrides overrides;
    private final Diagnostics diagnostics;
    private final NumberReader numbers;
    private boolean complete = true;

    Evaluation(Plan plan, Overrides overrides, Diagnostics diagnostics) {
      this.plan = plan;
      this.overrides = overrides;
      this.diagnostics = diagnostics;
      this.numbers = new NumberReader(overrides, diagnostics);
    }

    Optional<PlanNumbers> run() {
      Model model = plan.model();
      if (!areKnown()) {
        return Optional.empty();
      }
      Map<String, Long> parameters = parameters();
      Map<String, Long> axes = axes();
      Map<String, Long> viewAxes = viewAxes(axes);
      Plan.Batch sizes = plan.batch();
      long batch = numbers.value(PlanNames.BATCH, sizes.batch(), axes, sizes.span());
      long microBatch =
          numbers.value(PlanNames.MICRO_BATCH, sizes.microBatch(), axes, sizes.span());
      Map<Dim, Long> dims = new LinkedHashMap<>();
      for (Dim dim : model.dims()) {
        if (model.expertRows().containsKey(dim)) {
          continue;
        }
        dims.put(
            dim,
            dim.isOpen()
                ? openSize(dim, axes, microBatch)
                : numbers.value("", dim.size(), parameters, dim.span()));
      }
      Map<String, Long> all = new LinkedHashMap<>(axes);
      all.putAll(viewAxes);
      model
          .expertRows()
          .forEach((dim, dispatch) -> dims.put(dim, rows(dispatch, dims, parameters, all)));
      Map<Model.Stack, Long> layers = new LinkedHashMap<>();
      for (Model.Stack stack : model.stacks()) {
        layers.put(stack, numbers.value("", stack.repetitions(), parameters, stack.span()));
      }
      Optional<Cluster> cluster = cluster(all);
      List<Long> stageLayers = stageLayers(axes);
      long chunks = chunks(axes);
      Map<Dim, Long> padding = padding(axes);
      Plan.Recompute recompute = plan.activations().recompute();
      long recomputeEvery =
          recompute.every() == null
              ? 1
              : Math.min(
                  numbers.value("", recompute.every(), axes, recompute.span()), Integer.MAX_VALUE);
      int weightPrefetch = weightPrefetch(axes);
      long overlapChunks = overlapChunks(axes);
      return complete && numbers.isComplete() && cluster.isPresent()
          ? Optional.of(
              new PlanNumbers(
                  parameters,
                  axes,
                  viewAxes,
                  dims,
                  batch,
                  microBatch,
                  layers,
                  stageLayers,
                  chunks,
                  padding,
                  recomputeEvery,
                  weightPrefetch,
                  overlapChunks,
                  cluster.get(),
                  overrides.names()))
          : Optional.empty();
    }

    private int weightPrefetch(Map<String, Long> axes) {
      Plan.ShardedWeights weights = plan.optimizer().weights();
      if (weights == null || weights.prefetch() == null) {
        return 1;
      }
      Optional<Long> layers = new Arithmetic(axes, diagnostics).evaluate(weights.prefetch());
      if (layers.isEmpty()) {
        complete = false;
        return 1;
      }
      if (layers.get() < 0 || layers.get() > DEEPEST_PREFETCH) {
        diagnostics
            .report(Code.OUT_OF_RANGE, weights.span(), "a depth such as `prefetch = 2`")
            .help("write a number of layers from 0 to " + DEEPEST_PREFETCH)
            .add();
        complete = false;
        return 1;
      }
      return Math.toIntExact(layers.get());
    }

    private long overlapChunks(Map<String, Long> axes) {
      Plan.Overlap overlap = plan.overlap();
      if (overlap.chunks() == null) {
        return 1;
      }
      Optional<Long> chunks = new Arithmetic(axes, diagnostics).evaluate(overlap.chunks());
      if (chunks.isPresent() && (chunks.get() < 2 || chunks.get() > MOST_PIECES)) {
        diagnostics
            .report(Code.OUT_OF_RANGE, overlap.chunks().span(), "a number such as `chunks 4`")
            .help("write a number of pieces from 2 to " + MOST_PIECES)
            .add();
        complete = false;
      }
      complete &= chunks.isPresent();
      return chunks.orElse(1L);
    }

    private Map<String, Long> viewAxes(Map<String, Long> axes) {
      Map<String, Long> viewAxes = new LinkedHashMap<>();
      for (Plan.View view : plan.views()) {
        long ranks = 1;
        for (String axis : view.from()) {
          ranks = saturated(ranks, axes.getOrDefault(axis, 1L));
        }
        long given = 1;
        for (Plan.ViewAxis axis : view.to()) {
          if (axis.size() != null) {
            long size = numbers.value(axis.name(), axis.size(), axes, axis.span());
            viewAxes.put(axis.name(), size);
            given = saturated(given, size);
          }
        }
        boolean leftOver = false;
        for (Plan.ViewAxis axis : view.to()) {
          if (axis.size() == null) {
            leftOver = true;
            viewAxes.put(axis.name(), Math.max(1, ranks / given));
          }
        }
        if (leftOver ? ranks % given != 0 : ranks != given) {
          String read = given + (leftOver ? " times a whole number" : "");
          diagnostics
              .report(Code.VIEW_DOES_NOT_TILE, view.span(), ranks, read)
              .help("both sides of a view have the same number of ranks")
              .add();
          complete = false;
        }
      }
      return viewAxes;
    }

    private static long saturated(long a, long b) {
      return a > NumberReader.LARGEST / b ? NumberReader.LARGEST : a * b;
    }

    /**
     * Rows of one expert: its share of all tokens, each sent to {@code top} experts. Where a factor
     * makes the share uneven it is rounded up so that it splits over the ranks that share the rows.
     */
    private long rows(
        Operation.Dispatch dispatch,
        Map<Dim, Long> dims,
        Map<String, Long> parameters,
        Map<String, Long> axes) {
      BigInteger rows =
          BigInteger.valueOf(numbers.value("", dispatch.top(), parameters, dispatch.span()));
      for (Dim dim : dispatch.tokenDims()) {
        rows = rows.multiply(BigInteger.valueOf(dims.getOrDefault(dim, 1L)));
      }
      BigInteger experts = BigInteger.valueOf(dims.getOrDefault(dispatch.experts(), 1L));
      BigDecimal worst = plan.experts().imbalance();
      BigDecimal factor = plan.experts().capacity();
      if (factor != null && worst != null) {
        // The worst expert has no more rows than it has room for.
        factor = factor.min(worst);
        worst = null;
      }
      if (factor == null) {
        BigInteger[] share = rows.divideAndRemainder(experts);
        if (share[1].signum() != 0) {
          diagnostics
              .report(Code.INEXACT_DIVISION, dispatch.span(), rows, experts, share[1])
              .help("say `experts capacity = 1.0` in the plan to round up")
              .add();
          complete = false;
        }
        rows = share[0];
      } else {
        rows =
            new BigDecimal(rows)
                .multiply(factor)
                .divide(new BigDecimal(experts), 0, RoundingMode.CEILING)
                .toBigInteger();
      }
      if (worst != null) {
        rows =
            new BigDecimal(rows).multiply(worst).setScale(0, RoundingMode.CEILING).toBigInteger();
      }
      if (factor != null || plan.experts().imbalance() != null) {
        BigInteger ranks = BigInteger.ONE;
        for (String axis : new ExpertLayout(plan, dispatch).rowAxes()) {
          ranks = ranks.multiply(BigInteger.valueOf(axes.getOrDefault(axis, 1L)));
        }
        rows = rows.add(ranks).subtract(BigInteger.ONE).divide(ranks).multiply(ranks);
      }
      if (rows.signum() < 1 || rows.compareTo(BigInteger.valueOf(NumberReader.LARGEST)) > 0) {
        numbers.outOfRange(dispatch.rows().span(), "`" + dispatch.rows() + "`", rows.longValue());
        return 1;
      }
      return rows.longValue();
    }

    private Map<Dim, Long> padding(Map<String, Long> axes) {
      Map<Dim, Long> padding = new LinkedHashMap<>();
      plan.padding()
          .forEach(
              (dim, padded) ->
                  padding.put(
                      dim,
                      padded.multiple() == null
                          ? 0
                          : numbers.value("", padded.multiple(), axes, padded.span())));
      return padding;
    }

    private List<Long> stageLayers(Map<String, Long> axes) {
      List<Long> stageLayers = new ArrayList<>();
      for (Plan.Run run : plan.stages().listed()) {
        long stages = numbers.value("", run.stages(), axes, run.stages().span());
        long layers = numbers.value("", run.layers(), axes, run.layers().span());
        if (stages > MOST_STAGES) {
          numbers.outOfRange(run.stages().span(), "number of stages", stages);
          return List.of();
        }
        stageLayers.addAll(Collections.nCopies((int) stages, layers));
      }
      return stageLayers;
    }

    private long chunks(Map<String, Long> axes) {
      Plan.Schedule schedule = plan.schedule();
      if (!schedule.kind().isChunked()) {
        return 1;
      }
      Expression said = schedule.chunks();
      PlanChange.Value replaced = overrides.get(PlanNames.CHUNKS);
      if (said == null && replaced == null) {
        String word = schedule.kind().word();
        diagnostics
            .report(Code.ARGUMENTS, schedule.span(), word, "`chunks`, their number on each stage")
            .help("write `schedule " + word + "(chunks = 2)`")
            .add();
        complete = false;
        return 1;
      }
      Expression written = said != null ? said : Objects.requireNonNull(replaced).value();
      long chunks = numbers.value(PlanNames.CHUNKS, written, axes, written.span());
      if (chunks < 1 || chunks > MOST_STAGES) {
        numbers.outOfRange(schedule.span(), "number of chunks", chunks);
        return 1;
      }
      return chunks;
    }

    private long openSize(Dim dim, Map<String, Long> axes, long microBatch) {
      long size = microBatch;
      for (String axis : plan.shardOf(dim)) {
        size *= axes.get(axis);
        if (size > NumberReader.LARGEST) {
          numbers.outOfRange(dim.span(), dim.name(), size);
          return 1;
        }
      }
      return size;
    }

    private Map<String, Long> parameters() {
      List<Model.Parameter> all = plan.model().parameters();
      Set<String> names = new LinkedHashSet<>(all.stream().map(Model.Parameter::name).toList());
      return numbers.values(
          all.stream()
              .map(
                  parameter ->
                      numbers.definition(
                          parameter.name(),
                          plan.parameters().getOrDefault(parameter.name(), parameter.value()),
                          parameter.span(),
                          names))
              .toList());
    }

    private Map<String, Long> axes() {
      Set<String> names =
          new LinkedHashSet<>(plan.layout().stream().map(Plan.MeshAxis::name).toList());
      List<Definition> definitions =
          plan.layout().stream()
              .map(axis -> numbers.definition(axis.name(), axis.size(), axis.span(), names))
              .toList();
      Map<String, Long> axes = numbers.values(definitions);
      for (Definition axis : definitions) {
        long size = axes.getOrDefault(axis.name(), 1L);
        if (size > Integer.MAX_VALUE) {
          numbers.outOfRange(axis.span(), axis.name(), size);
        }
      }
      return axes;
    }

    private Optional<Cluster> cluster(Map<String, Long> axes) {
      PlanNames names = PlanNames.of(plan);
      Map<String, Expression> replaced = new LinkedHashMap<>();
      for (PlanChange.Value number : overrides.all()) {
        if (names.isOfCluster(number.name())) {
          Set<String> known = new LinkedHashSet<>(axes.keySet());
          known.addAll(names.cluster());
          numbers.checkNames(number, known);
          replaced.put(number.name(), number.value());
        }
      }
      ParametricCluster cluster = plan.cluster();
      return cluster.at(cluster.values(axes, replaced, diagnostics), diagnostics);
    }

    private boolean areKnown() {
      PlanNames names = overrides.names().isEmpty() ? null : PlanNames.of(plan);
      boolean known = true;
      for (PlanChange.Value number : overrides.all()) {
        known &= Objects.requireNonNull(names).check(number, diagnostics);
      }
      return known;
    }
  }
}
