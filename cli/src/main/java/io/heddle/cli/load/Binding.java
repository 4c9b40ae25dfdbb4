package io.heddle.cli.load;

import io.heddle.plan.Device;
import io.heddle.plan.GradientReduction;
import io.heddle.plan.NetworkDimension;
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
import io.heddle.processor.model.Cluster;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** Gives a compiled plan the form in which generated code takes it. */
public final class Binding {
  private static final BigDecimal MOST_BYTES = BigDecimal.valueOf(Long.MAX_VALUE);

  private Binding() {}

  /**
   * The values of a plan that fits its machine.
   *
   * @param compiled its placement has been checked
   */
  public static PlanValues of(Compiled compiled) {
    Plan plan = compiled.plan();
    PlanNumbers numbers = compiled.numbers();
    List<Axis> axes =
        plan.layout().stream()
            .map(axis -> new Axis(axis.name(), Math.toIntExact(numbers.axes().get(axis.name()))))
            .toList();
    return new PlanValues(
        plan.model().name(),
        plan.name(),
        numbers.parameters(),
        axes,
        numbers.batch(),
        numbers.microBatch(),
        schedule(compiled),
        stages(plan, numbers),
        recompute(plan.activations().recompute(), numbers),
        optimizer(plan, numbers),
        new Precision(format(plan.formats().tensors()), format(plan.formats().gradients())),
        cluster(numbers.cluster()));
  }

  /** The schedule with its chunks. */
  public static Schedule schedule(Compiled compiled) {
    String name = compiled.plan().schedule().kind().word();
    return new Schedule(name, Math.toIntExact(compiled.numbers().chunks()));
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
        Optimizer.Algorithm.valueOf(upper(optimizer.algorithm())),
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

  private static NumberFormat format(String name) {
    return NumberFormat.valueOf(upper(name));
  }

  private static io.heddle.plan.Cluster cluster(Cluster cluster) {
    Cluster.Device device = cluster.device();
    return new io.heddle.plan.Cluster(
        cluster.name(),
        new Device(
            device.name(),
            device.peakFlops().doubleValue(),
            device.computeEfficiency().doubleValue(),
            device.memoryBytes().min(MOST_BYTES).longValue(),
            device.memoryBandwidth().doubleValue(),
            device.memoryEfficiency().doubleValue()),
        cluster.networks().stream()
            .map(
                network ->
                    new NetworkDimension(
                        NetworkDimension.Topology.valueOf(upper(network.topology())),
                        Math.toIntExact(network.size()),
                        network.bandwidth().doubleValue(),
                        network.latency().doubleValue()))
            .toList());
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
