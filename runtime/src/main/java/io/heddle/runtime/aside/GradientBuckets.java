package io.heddle.runtime.aside;

import io.heddle.plan.GradientReduction;
import io.heddle.plan.GradientReduction.When;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.trace.Direction;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of one rank that are not reduced yet. A bucket waits for the kernels that made its
 * gradients, and no kernel but the optimizer waits for it, unless the plan says so.
 *
 * <p>On the one communication lane all that comes later waits behind a bucket. So it takes its
 * place behind the next collective of the model, beside the kernels that follow that, and one
 * bucket only behind each; where a unit has no collectives, in the order of the kernels.
 */
final class GradientBuckets {
  private final RankEmitter rank;
  private final DataGroups groups;
  private final GradientReduction plan;
  private final TableGradient table;
  private final SharedGradients shared;
  private final long[] pending;
  private final long[] buckets;
  private final ReadyBuckets ready = new ReadyBuckets();
  private final @Nullable Gaps gaps;

  // Of gradients that wait for a gap: the last kernel that made some, and where it stands.
  private final long[] madeBy;
  private final int[] microBatch;
  private final int[] layer;

  private boolean hadGap;
  private long last = RankEmitter.NONE;

  /**
   * @param table when the gradient of a table that embedding and head share is complete
   * @param shared when those of weights that layers share are
   * @param gaps in which gradients are reduced; null if the plan cuts buckets otherwise
   */
  GradientBuckets(
      RankEmitter rank,
      DataGroups groups,
      GradientReduction plan,
      TableGradient table,
      SharedGradients shared,
      @Nullable Gaps gaps) {
    this.rank = rank;
    this.groups = groups;
    this.plan = plan;
    this.table = table;
    this.shared = shared;
    this.gaps = gaps;
    this.madeBy = new long[groups.size()];
    this.microBatch = new int[groups.size()];
    this.layer = new int[groups.size()];
    this.pending = new long[groups.size()];
    this.buckets = new long[groups.size()];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] =
          switch (plan.when()) {
            case AT_END, IN_GAPS -> Long.MAX_VALUE;
            case PER_LAYER -> 1;
            case IN_BUCKETS -> groups.group(i).bucket(plan.bucketBytes() / groups.gradientBytes());
          };
    }
  }

  /**
   * A pass has made gradients of the embedding.
   *
   * @param complete whether no later action adds to them
   */
  void madeOfEmbedding(boolean complete) {
    made(DataGroups.EMBED, SharedGradients.EMBED, complete);
  }

  /** As {@link #madeOfEmbedding}, of the head. */
  void madeOfHead(boolean complete) {
    made(DataGroups.HEAD, SharedGradients.HEAD, complete);
  }

  /** As {@link #madeOfEmbedding}, of a layer. */
  void madeOfLayer(int layerMade, boolean complete) {
    made(groups.unit(layerMade), layerMade, complete);
  }

  private void made(int unit, int layerMade, boolean complete) {
    if (plan.everyMicroBatch() || complete) {
      add(unit, layerMade);
    }
  }

  /**
   * A backward pass through all of a chunk ends.
   *
   * @param complete whether no later action makes gradients
   */
  void endPass(boolean complete) {
    if (plan.everyMicroBatch() || complete) {
      rank.layer(-1);
      flush();
    }
  }

  /** Takes the gradients of a unit; as many as fill buckets are ready to be reduced. */
  private void add(int unit, int layerMade) {
    if (!hadGap) {
      fillFromGaps();
      reduceReady();
    }
    hadGap = false;
    for (int i = 0; i < pending.length; i++) {
      DataGroup group = groups.group(i);
      if (plan.everyMicroBatch() ? group.isSharded() : group.isShared()) {
        pending[i] = Math.addExact(pending[i], gradients(unit, i));
        long others = shared.completedBy(layerMade, i, rank.microBatch(), plan.everyMicroBatch());
        pending[i] = Math.addExact(pending[i], others);
        while (pending[i] >= buckets[i]) {
          fill(i, plan.when() == When.PER_LAYER ? pending[i] : buckets[i]);
        }
        madeBy[i] = rank.lastCompute();
        microBatch[i] = rank.microBatch();
        layer[i] = rank.layer();
      }
    }
    if (plan.blocking()) {
      reduceReady();
    }
  }

  private long gradients(int unit, int group) {
    if (unit != DataGroups.EMBED && unit != DataGroups.HEAD) {
      return groups.gradients(unit, group);
    }
    return table.completedBy(unit, groups, group, plan.everyMicroBatch() ? rank.microBatch() : -1);
  }

  /** The lane has nothing else to do: what waits for a gap need not be cut. */
  private void fillFromGaps() {
    for (int i = 0; gaps != null && i < pending.length; i++) {
      if (pending[i] > 0) {
        cut(i, pending[i]);
      }
    }
  }

  private void cut(int group, long elements) {
    pending[group] -= elements;
    ready.add(group, elements, madeBy[group], microBatch[group], layer[group]);
  }

  private void fill(int group, long elements) {
    pending[group] -= elements;
    ready.add(group, elements, rank.lastCompute(), rank.microBatch(), rank.layer());
  }

  /**
   * Behind a collective of the model there is room for a bucket.
   *
   * @param isTaken whether weights are gathered there
   * @param operation of the collective
   */
  void gap(boolean isTaken, String operation) {
    hadGap = true;
    if (gaps != null && !isTaken) {
      fit(gaps, operation);
    }
    if (!ready.isEmpty()) {
      reduce();
    }
  }

  /** Cuts as much as fits behind the collective at hand, of one group. */
  private void fit(Gaps into, String operation) {
    for (int i = 0; i < pending.length && ready.isEmpty(); i++) {
      if (pending[i] > 0) {
        long fits = into.fitting(rank.layer(), rank.direction(), operation, i);
        if (fits > 0) {
          cut(i, Math.min(fits, pending[i]));
        }
      }
    }
  }

  /** Reduces all that is left. */
  private void flush() {
    for (int i = 0; i < pending.length; i++) {
      if (pending[i] > 0) {
        fill(i, pending[i]);
      }
    }
    reduceReady();
  }

  /** Reduces what is ready, one behind the other. */
  void reduceReady() {
    while (!ready.isEmpty()) {
      reduce();
    }
  }

  private void reduce() {
    DataGroup group = groups.group(ready.group());
    rank.beginAside(Direction.BACKWARD, ready.microBatch(), ready.layer());
    long node = ready.kernel();
    if (group.isSharded()) {
      node = group.scatter(rank.needs(node), ready.elements(), groups.gradientBytes());
    }
    if (!plan.everyMicroBatch()) {
      node = group.reduce(rank, node, ready.elements(), groups.gradientBytes());
    }
    rank.endAside();
    ready.remove();
    last = node;
    if (plan.blocking()) {
      rank.nextKernelNeeds(node);
    }
  }

  /** The reduction behind all others on the lane; {@link RankEmitter#NONE} where there was none. */
  long last() {
    return last;
  }
}
