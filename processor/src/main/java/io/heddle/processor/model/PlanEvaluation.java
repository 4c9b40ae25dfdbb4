package io.heddle.processor.model;

import io.heddle.plan.ExpertRows;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.LayerKinds;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanChecks;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.WeightGathers;
import io.heddle.plan.expert.ExpertLoad;
import io.heddle.plan.expert.ExpertShares;
import io.heddle.plan.expert.RecordedLoad;
import io.heddle.plan.mesh.Axis;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Definitions.Definition;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.PlanChange;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Evaluates all that a plan says in numbers, and reports what has none. */
final class PlanEvaluation {
  private final Plan plan;
  private final PlanChanges changes;
  private final Overrides overrides;
  private final Diagnostics diagnostics;
  private final NumberReader numbers;
  private boolean complete = true;

  PlanEvaluation(Plan plan, PlanChanges changes, Diagnostics diagnostics) {
    this.plan = plan;
    this.changes = changes;
    this.overrides = changes.overrides();
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
    boolean isInference = plan.inference() != null;
    long microBatch =
        isInference
            ? numbers.unnamed("the sequences", sizes.microBatch(), parameters, sizes.span())
            : numbers.value(PlanNames.MICRO_BATCH, sizes.microBatch(), axes, sizes.span());
    Map<String, Long> all = new LinkedHashMap<>(axes);
    all.putAll(viewAxes);
    long batch =
        isInference
            ? openSize(openDim(), all, microBatch)
            : numbers.value(PlanNames.BATCH, sizes.batch(), axes, sizes.span());
    Map<Dim, Long> dims = new LinkedHashMap<>();
    for (Dim dim : model.dims()) {
      if (model.expertRows().containsKey(dim)) {
        continue;
      }
      dims.put(
          dim,
          dim.isOpen()
              ? openSize(dim, all, microBatch)
              : numbers.unnamed("`" + dim + "`", dim.size(), parameters, dim.span()));
    }
    model
        .expertRows()
        .forEach((dim, dispatch) -> dims.put(dim, rows(dispatch, dims, parameters, all)));
    Optional<LayerKinds> layers = new LayerNumbers(model, numbers, diagnostics).kinds(parameters);
    Optional<PlannedCluster> cluster = cluster(all);
    PipelineNumbers pipeline = new PipelineNumbers(plan, overrides, numbers, axes);
    StageSplit stages = pipeline.stages();
    Optional<Schedule> schedule = pipeline.schedule(diagnostics);
    Map<Dim, Long> padding = padding(axes);
    Recompute recompute = recompute(axes);
    Optimizer optimizer = optimizer(axes);
    long overlapChunks = overlapChunks(axes);
    if (!complete
        || !numbers.isComplete()
        || layers.isEmpty()
        || cluster.isEmpty()
        || schedule.isEmpty()) {
      return Optional.empty();
    }
    PlanValues values =
        new PlanValues(
            model.name(),
            plan.name(),
            parameters,
            axes.entrySet().stream()
                .map(axis -> new Axis(axis.getKey(), Math.toIntExact(axis.getValue())))
                .toList(),
            batch,
            microBatch,
            schedule.get(),
            stages,
            recompute,
            optimizer,
            plan.formats().precision(),
            cluster.get().values(),
            plan.engine());
    return Optional.of(
        new PlanNumbers(
            values,
            viewAxes,
            dims,
            layers.get(),
            padding,
            overlapChunks,
            cluster.get(),
            changes,
            shares(dims, padding, parameters, all)));
  }

  /** What ranks send each other; what does not divide is reported where dimensions are split. */
  private Map<Dim, ExpertShares> shares(
      Map<Dim, Long> dims,
      Map<Dim, Long> padding,
      Map<String, Long> parameters,
      Map<String, Long> axes) {
    ExpertLoad load = plan.experts().load();
    Map<Dim, ExpertShares> shares = new LinkedHashMap<>();
    if (load == null) {
      return shares;
    }
    plan.model()
        .expertRows()
        .forEach(
            (rows, dispatch) -> {
              ExpertLayout layout = new ExpertLayout(plan, dispatch);
              long experts = dims.get(dispatch.experts());
              long ranks = ranks(layout.expertAxes(), axes);
              long top =
                  numbers.unnamed("`top`", dispatch.top(), parameters, dispatch.top().span());
              long tokens = 1;
              for (Map.Entry<Dim, List<String>> split : layout.tokens().entrySet()) {
                long parts = ranks(split.getValue(), axes);
                tokens *=
                    Math.max(1, PlanNumbers.padded(dims, padding, split.getKey(), parts) / parts);
              }
              if (experts > ExpertShares.MOST_EXPERTS) {
                numbers.outOfRange(
                    plan.experts().span(),
                    "`" + dispatch.experts() + "`",
                    BigInteger.valueOf(experts),
                    ExpertShares.MOST_EXPERTS);
                complete = false;
              } else if (load instanceof RecordedLoad recorded && recorded.experts() != experts) {
                diagnostics
                    .report(
                        Code.LOAD_EXPERTS,
                        plan.experts().span(),
                        recorded.text(),
                        recorded.experts(),
                        dispatch.experts(),
                        experts)
                    .help("write as many numbers on each line of the load as the model has experts")
                    .add();
                complete = false;
              } else if (experts % ranks == 0 && top <= experts) {
                shares.put(rows, new ExpertShares(load, experts, ranks, tokens, top));
              }
            });
    return shares;
  }

  private static long ranks(List<String> of, Map<String, Long> axes) {
    long ranks = 1;
    for (String axis : of) {
      ranks *= axes.getOrDefault(axis, 1L);
    }
    return ranks;
  }

  private Recompute recompute(Map<String, Long> axes) {
    Plan.Recompute said = plan.activations().recompute();
    long every =
        said.every() == null ? 1 : numbers.unnamed("`every`", said.every(), axes, said.span());
    return new Recompute(said.extent(), (int) Math.min(every, Integer.MAX_VALUE));
  }

  private Optimizer optimizer(Map<String, Long> axes) {
    Plan.Optimizer said = plan.optimizer();
    Plan.Reduction reduction = plan.reduction();
    int prefetch = weightPrefetch(axes);
    return new Optimizer(
        said.algorithm(),
        said.shardedOver().stream().map(Plan.AxisUse::axis).toList(),
        new GradientReduction(
            reduction.when(),
            reduction.bucketBytes(),
            reduction.blocking(),
            said.gradientsSharded()),
        said.weights() == null
            ? WeightGathers.NONE
            : new WeightGathers(true, prefetch, said.weights().once()));
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
    if (layers.get() < 0 || layers.get() > WeightGathers.DEEPEST) {
      diagnostics
          .report(Code.OUT_OF_RANGE, weights.span(), "a depth such as `prefetch = 2`")
          .help("write a number of layers from 0 to " + WeightGathers.DEEPEST)
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
    if (chunks.isPresent() && (chunks.get() < 2 || chunks.get() > PlanChecks.MOST_PIECES)) {
      diagnostics
          .report(Code.OUT_OF_RANGE, overlap.chunks().span(), "a number such as `chunks 4`")
          .help("write a number of pieces from 2 to " + PlanChecks.MOST_PIECES)
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

  /** Rows of one expert; 1 after a finding. */
  private long rows(
      Operation.Dispatch dispatch,
      Map<Dim, Long> dims,
      Map<String, Long> parameters,
      Map<String, Long> axes) {
    BigInteger sent =
        BigInteger.valueOf(
            numbers.unnamed("`top`", dispatch.top(), parameters, dispatch.top().span()));
    for (Dim dim : dispatch.tokenDims()) {
      sent = sent.multiply(BigInteger.valueOf(dims.getOrDefault(dim, 1L)));
    }
    BigInteger experts = BigInteger.valueOf(dims.getOrDefault(dispatch.experts(), 1L));
    Plan.Experts said = plan.experts();
    BigInteger ranks = BigInteger.ONE;
    for (String axis : new ExpertLayout(plan, dispatch).rowAxes()) {
      ranks = ranks.multiply(BigInteger.valueOf(axes.getOrDefault(axis, 1L)));
    }
    BigInteger rows =
        ExpertRows.expertRows(sent, experts, said.capacityText(), said.imbalanceText(), ranks);
    if (rows.signum() < 1 || rows.compareTo(BigInteger.valueOf(NumberReader.LARGEST)) > 0) {
      numbers.outOfRange(
          dispatch.rows().span(), "`" + dispatch.rows() + "`", rows, NumberReader.LARGEST);
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
                        : numbers.unnamed("the multiple", padded.multiple(), axes, padded.span())));
    return padding;
  }

  /** The dimension of the sequences of a micro-batch. */
  private Dim openDim() {
    return plan.model().stream().stream().filter(Dim::isOpen).findFirst().orElseThrow();
  }

  private long openSize(Dim dim, Map<String, Long> axes, long microBatch) {
    BigInteger size = BigInteger.valueOf(microBatch);
    for (String axis : plan.shardOf(dim)) {
      size = size.multiply(BigInteger.valueOf(axes.getOrDefault(axis, 1L)));
    }
    if (size.compareTo(BigInteger.valueOf(NumberReader.LARGEST)) > 0) {
      numbers.outOfRange(dim.span(), "`" + dim + "`", size, NumberReader.LARGEST);
      return 1;
    }
    return size.longValueExact();
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
            .toList(),
        0,
        NumberReader.LARGEST);
  }

  private Map<String, Long> axes() {
    Set<String> names =
        new LinkedHashSet<>(plan.layout().stream().map(Plan.MeshAxis::name).toList());
    List<Definition> definitions =
        plan.layout().stream()
            .map(axis -> numbers.definition(axis.name(), axis.size(), axis.span(), names))
            .toList();
    return numbers.values(definitions, 1, Integer.MAX_VALUE);
  }

  private Optional<PlannedCluster> cluster(Map<String, Long> axes) {
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
