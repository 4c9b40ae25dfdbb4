package io.heddle.runtime.astrasim;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.PlanValues;
import io.heddle.plan.StageSplit;
import io.heddle.plan.WeightGathers;
import io.heddle.plan.mesh.Axis;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All values of a plan, as manifests have them. The components are the keys.
 *
 * @param split how layers are dealt out to stages: {@code equal}, {@code balanced}, {@code listed}
 * @param listedLayers of each stage or chunk, where they are listed
 * @param reduce when gradients are reduced
 * @param formats of all kinds of tensors, where not only those of tensors and gradients are said
 * @param weights how they are gathered; null where every rank has them whole
 */
public record PlanEntry(
    String name,
    Map<String, Long> parameters,
    List<Axis> mesh,
    long batch,
    long microBatch,
    int microBatches,
    String schedule,
    int chunks,
    int stages,
    String split,
    List<Long> listedLayers,
    String recompute,
    String optimizer,
    List<String> optimizerShardedOver,
    String reduce,
    @Nullable WeightsEntry weights,
    String tensors,
    String gradients,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String formats,
    ClusterEntry cluster) {

  /** How weights that are split are gathered, as {@link WeightGathers} says. */
  public record WeightsEntry(int prefetch, boolean once) {}

  /** A cluster. */
  public record ClusterEntry(String name, Device device, List<DimensionEntry> network) {}

  /** A dimension of its network. */
  public record DimensionEntry(String topology, int size, double bandwidth, double latencyNanos) {}

  /** The values of a flattener's plan. */
  public static PlanEntry of(Flattener flattener) {
    PlanValues plan = flattener.plan();
    StageSplit split = plan.stages();
    return new PlanEntry(
        plan.plan(),
        plan.parameters(),
        plan.axes(),
        plan.batch(),
        plan.microBatch(),
        flattener.microBatches(),
        plan.schedule().name(),
        plan.schedule().chunks(),
        flattener.stages(),
        lower(split.kind()),
        split.layers(),
        plan.recompute().toString(),
        lower(plan.optimizer().algorithm()),
        plan.optimizer().shardedOver(),
        plan.optimizer().gradients().toString(),
        weights(plan.optimizer().weights()),
        lower(plan.precision().tensors()),
        lower(plan.precision().gradients()),
        plan.precision().isPlain() ? null : plan.precision().text(),
        cluster(plan.cluster()));
  }

  private static @Nullable WeightsEntry weights(WeightGathers weights) {
    return weights.sharded() ? new WeightsEntry(weights.prefetch(), weights.once()) : null;
  }

  private static ClusterEntry cluster(Cluster cluster) {
    List<DimensionEntry> network = new ArrayList<>();
    for (NetworkDimension dimension : cluster.dimensions()) {
      network.add(
          new DimensionEntry(
              lower(dimension.topology()),
              dimension.size(),
              dimension.bandwidth(),
              dimension.latencyNanos()));
    }
    return new ClusterEntry(cluster.name(), cluster.device(), network);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
