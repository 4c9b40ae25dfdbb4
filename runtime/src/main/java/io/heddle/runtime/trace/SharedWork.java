package io.heddle.runtime.trace;

import io.heddle.plan.GradientReduction;
import io.heddle.plan.GradientReduction.When;
import io.heddle.plan.Optimizer;
import io.heddle.plan.WeightGathers;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What data-parallel ranks of a plan share before the end of the step, for each rank anew. */
final class SharedWork {
  private final PipelineFlattener flattener;
  private final DataGroups groups;
  private final AtomicReferenceArray<@Nullable Gaps> gapsOfStage;

  SharedWork(PipelineFlattener flattener, DataGroups groups) {
    this.flattener = flattener;
    this.groups = groups;
    this.gapsOfStage = new AtomicReferenceArray<>(flattener.stages());
  }

  /** The work of a rank of the stage, which follows this course. */
  DataParallel of(RankEmitter rank, int stage, Course course) {
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
                TableGradient.of(course.actions(), flattener.layers(), stage),
                gradients.when() == When.IN_GAPS ? gaps(stage) : null)
            : null,
        weights.sharded()
            ? new UnitGathers(rank, groups, weights, flattener.layers(), stage, course.actions())
            : null);
  }

  /** Whether embedding and head share a table whose gradient is reduced. */
  boolean hasTable() {
    for (int group = 0; group < groups.size(); group++) {
      if (groups.table(group) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Where gradients fit on the lane of a stage. */
  private Gaps gaps(int stage) {
    Gaps made = gapsOfStage.get(stage);
    if (made == null) {
      made = Gaps.of(flattener, groups, stage);
      gapsOfStage.set(stage, made);
    }
    return made;
  }
}
