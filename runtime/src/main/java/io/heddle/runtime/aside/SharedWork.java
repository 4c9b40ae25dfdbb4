package io.heddle.runtime.aside;

import io.heddle.plan.GradientReduction;
import io.heddle.plan.GradientReduction.When;
import io.heddle.plan.LayerSplit;
import io.heddle.plan.Optimizer;
import io.heddle.plan.WeightGathers;
import io.heddle.plan.schedule.Action;
import io.heddle.runtime.cost.CarriedBytes;
import io.heddle.runtime.emit.Aside;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What data-parallel ranks of a plan share before the end of the step, for each rank anew. */
public final class SharedWork {
  private final Flattener flattener;
  private final LayerSplit layers;
  private final @Nullable CarriedBytes carried;
  private final SinglePasses passes;
  private final DataGroups groups;
  private final AtomicReferenceArray<@Nullable Gaps> gapsOfStage;

  /**
   * What ranks of a plan share.
   *
   * @param layers of the flattener's plan
   * @param carried what its communication carries; null for the bytes that it has
   * @param passes of the flattener's ranks
   */
  public SharedWork(
      Flattener flattener,
      LayerSplit layers,
      @Nullable CarriedBytes carried,
      SinglePasses passes,
      DataGroups groups) {
    this.flattener = flattener;
    this.layers = layers;
    this.carried = carried;
    this.passes = passes;
    this.groups = groups;
    this.gapsOfStage = new AtomicReferenceArray<>(flattener.stages());
  }

  /** The work of a rank of the stage, which does these actions. */
  public Aside of(RankEmitter rank, int stage, List<Action> actions) {
    Optimizer optimizer = flattener.plan().optimizer();
    GradientReduction gradients = optimizer.gradients();
    WeightGathers weights = optimizer.weights();
    boolean early = gradients.everyMicroBatch() || gradients.when() != When.AT_END;
    return new DataParallel(
        early
            ? new GradientBuckets(
                rank,
                groups,
                gradients,
                TableGradient.of(actions, layers, stage),
                SharedGradients.of(groups, actions, layers, stage),
                gradients.when() == When.IN_GAPS ? gaps(stage) : null)
            : null,
        weights.sharded() ? new UnitGathers(rank, groups, weights, layers, stage, actions) : null);
  }

  /** Whether embedding and head share a table whose gradient is reduced. */
  public boolean hasTable() {
    for (int group = 0; group < groups.size(); group++) {
      if (groups.table(group) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether layers share weights whose gradients are reduced. */
  public boolean hasSharedLayers() {
    return !groups.shared().isEmpty();
  }

  /** Where gradients fit on the lane of a stage. */
  private Gaps gaps(int stage) {
    Gaps made = gapsOfStage.get(stage);
    if (made == null) {
      made = Gaps.of(flattener, layers, carried, passes, groups, stage);
      gapsOfStage.set(stage, made);
    }
    return made;
  }
}
