package io.heddle.processor.oracle;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Optimizer;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Precision;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.StageSplit;
import io.heddle.plan.WeightGathers;
import io.heddle.plan.mesh.Axis;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.List;
import java.util.Locale;

/** The values of a plan, without its generated class, on a switch of all ranks. */
final class BoundPlan {
  private BoundPlan() {}

  static PlanValues of(Compiled compiled) {
    Plan plan = compiled.plan();
    PlanNumbers numbers = compiled.numbers();
    List<Axis> axes =
        plan.layout().stream()
            .map(axis -> new Axis(axis.name(), Math.toIntExact(numbers.axes().get(axis.name()))))
            .toList();
    int ranks = axes.stream().mapToInt(Axis::size).reduce(1, Math::multiplyExact);
    return new PlanValues(
        plan.model().name(),
        plan.name(),
        numbers.parameters(),
        axes,
        numbers.batch(),
        numbers.microBatch(),
        new Schedule(plan.schedule().kind().word(), Math.toIntExact(numbers.chunks())),
        stages(plan, numbers),
        recompute(plan.activations().recompute(), numbers),
        optimizer(plan, numbers),
        new Precision(NumberFormat.BF16, NumberFormat.FP32),
        new Cluster(
            "switch",
            new Device("device", 1e15, 0.5, 1L << 40, 3e12, 0.8),
            List.of(new NetworkDimension(Topology.SWITCH, ranks, 50e9, 1000))));
  }

  private static StageSplit stages(Plan plan, PlanNumbers numbers) {
    if (!numbers.stageLayers().isEmpty()) {
      return StageSplit.listed(numbers.stageLayers());
    }
    return plan.stages().balanced() ? StageSplit.BALANCED : StageSplit.EQUAL;
  }

  private static Recompute recompute(Plan.Recompute recompute, PlanNumbers numbers) {
    Recompute.Extent extent =
        recompute.full()
            ? Recompute.Extent.FULL
            : recompute.isSelective() ? Recompute.Extent.SELECTED : Recompute.Extent.NONE;
    return new Recompute(extent, Math.toIntExact(numbers.recomputeEvery()));
  }

  private static Optimizer optimizer(Plan plan, PlanNumbers numbers) {
    Plan.Optimizer optimizer = plan.optimizer();
    Plan.Reduction reduction = plan.reduction();
    Plan.ShardedWeights weights = optimizer.weights();
    return new Optimizer(
        Optimizer.Algorithm.valueOf(optimizer.algorithm().toUpperCase(Locale.ROOT)),
        optimizer.shardedOver().stream().map(Plan.AxisUse::axis).toList(),
        new GradientReduction(
            GradientReduction.When.valueOf(reduction.when().name()),
            reduction.bucketBytes(),
            reduction.blocking(),
            optimizer.gradientsSharded()),
        weights == null
            ? WeightGathers.NONE
            : new WeightGathers(true, numbers.weightPrefetch(), weights.once()));
  }
}
