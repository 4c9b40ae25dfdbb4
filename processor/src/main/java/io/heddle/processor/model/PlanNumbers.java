package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every number of a plan.
 *
 * @param parameters of the model, in order of declaration
 * @param axes of the mesh, outermost to innermost
 * @param dims all dimensions, the open one too: micro-batch times the axes that split it
 * @param batch sequences of one step, over all replicas
 * @param microBatch sequences of one micro-batch on one replica
 * @param layers of each stack, in order
 * @param stageLayers layers of each stage, where the plan lists them; else empty
 */
public record PlanNumbers(
    Map<String, Long> parameters,
    Map<String, Long> axes,
    Map<Dim, Long> dims,
    long batch,
    long microBatch,
    Map<Model.Stack, Long> layers,
    List<Long> stageLayers) {
  /** The largest parameter, dimension or batch that is accepted. */
  private static final long LARGEST = 1L << 40;

  private static final long MOST_STAGES = 1 << 16;

  /** Evaluates everything; empty after findings. */
  public static Optional<PlanNumbers> of(Plan plan, Overrides overrides, Diagnostics diagnostics) {
    return new Evaluation(plan, overrides, diagnostics).run();
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
    private boolean complete = true;

    Evaluation(Plan plan, Overrides overrides, Diagnostics diagnostics) {
      this.plan = plan;
      this.overrides = overrides;
      this.diagnostics = diagnostics;
    }

    Optional<PlanNumbers> run() {
      Model model = plan.model();
      Map<String, Long> parameters = new LinkedHashMap<>();
      for (Model.Parameter parameter : model.parameters()) {
        parameters.put(
            parameter.name(),
            value(parameter.name(), parameter.value(), parameters, parameter.span()));
      }
      Map<String, Long> axes = new LinkedHashMap<>();
      for (Plan.MeshAxis axis : plan.layout()) {
        long size = value(axis.name(), axis.size(), axes, axis.span());
        if (size > Integer.MAX_VALUE) {
          outOfRange(axis.span(), axis.name(), size);
        }
        axes.put(axis.name(), size);
      }
      Plan.Batch sizes = plan.batch();
      long batch = value("batch", sizes.batch(), axes, sizes.span());
      long microBatch = value("micro_batch", sizes.microBatch(), axes, sizes.span());
      Map<Dim, Long> dims = new LinkedHashMap<>();
      for (Dim dim : model.dims()) {
        dims.put(
            dim,
            dim.isOpen()
                ? openSize(dim, axes, microBatch)
                : value("", dim.size(), parameters, dim.span()));
      }
      Map<Model.Stack, Long> layers = new LinkedHashMap<>();
      for (Model.Stack stack : model.stacks()) {
        layers.put(stack, value("", stack.repetitions(), parameters, stack.span()));
      }
      rejectUnknownOverrides(parameters, axes);
      List<Long> stageLayers = stageLayers(axes);
      return complete
          ? Optional.of(
              new PlanNumbers(parameters, axes, dims, batch, microBatch, layers, stageLayers))
          : Optional.empty();
    }

    private List<Long> stageLayers(Map<String, Long> axes) {
      List<Long> stageLayers = new ArrayList<>();
      for (Plan.Run run : plan.stages().listed()) {
        long stages = value("", run.stages(), axes, run.stages().span());
        long layers = value("", run.layers(), axes, run.layers().span());
        if (stages > MOST_STAGES) {
          outOfRange(run.stages().span(), "number of stages", stages);
          return List.of();
        }
        stageLayers.addAll(Collections.nCopies((int) stages, layers));
      }
      return stageLayers;
    }

    private long openSize(Dim dim, Map<String, Long> axes, long microBatch) {
      long size = microBatch;
      for (String axis : plan.shardOf(dim)) {
        size *= axes.get(axis);
        if (size > LARGEST) {
          outOfRange(dim.span(), dim.name(), size);
          return 1;
        }
      }
      return size;
    }

    private long value(String name, Expression expression, Map<String, Long> known, Span span) {
      Long replaced = overrides.values().get(name);
      Optional<Long> value =
          replaced != null
              ? Optional.of(replaced)
              : new Arithmetic(known, diagnostics).evaluate(expression);
      if (value.isEmpty()) {
        complete = false;
        return 1;
      }
      if (value.get() < 1 || value.get() > LARGEST) {
        outOfRange(span, name.isEmpty() ? "this" : "`" + name + "`", value.get());
        return 1;
      }
      return value.get();
    }

    private void outOfRange(Span span, String what, long value) {
      diagnostics.report(Code.SIZE_OUT_OF_RANGE, span, what, value).add();
      complete = false;
    }

    private void rejectUnknownOverrides(Map<String, Long> parameters, Map<String, Long> axes) {
      for (String name : overrides.values().keySet()) {
        boolean known =
            parameters.containsKey(name)
                || axes.containsKey(name)
                || name.equals("batch")
                || name.equals("micro_batch");
        if (!known) {
          diagnostics
              .report(Code.UNKNOWN_OVERRIDE, plan.span(), name)
              .help(
                  "axes: %s; parameters: %s; batch, micro_batch"
                      .formatted(
                          String.join(", ", axes.keySet()), String.join(", ", parameters.keySet())))
              .add();
          complete = false;
        }
      }
    }
  }
}
