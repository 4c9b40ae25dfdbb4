package io.heddle.runtime.trace;

import io.heddle.runtime.plan.GradientReduction;
import io.heddle.runtime.plan.GradientReduction.When;

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
  private final long[] pending;
  private final long[] buckets;
  private final ReadyBuckets ready = new ReadyBuckets();
  private boolean hadGap;
  private long last = RankEmitter.NONE;

  GradientBuckets(RankEmitter rank, DataGroups groups, GradientReduction plan) {
    this.rank = rank;
    this.groups = groups;
    this.plan = plan;
    this.pending = new long[groups.size()];
    this.buckets = new long[groups.size()];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] =
          switch (plan.when()) {
            case AT_END -> Long.MAX_VALUE;
            case PER_LAYER -> 1;
            case IN_BUCKETS -> groups.group(i).bucket(plan.bucketBytes() / groups.gradientBytes());
          };
    }
  }

  /** Takes the gradients of a unit; as many as fill buckets are ready to be reduced. */
  void add(int unit) {
    if (!hadGap) {
      reduceReady();
    }
    hadGap = false;
    for (int i = 0; i < pending.length; i++) {
      DataGroup group = groups.group(i);
      if (plan.everyMicroBatch() ? group.isSharded() : group.isShared()) {
        pending[i] = Math.addExact(pending[i], groups.gradients(unit, i));
        while (pending[i] >= buckets[i]) {
          fill(i, plan.when() == When.PER_LAYER ? pending[i] : buckets[i]);
        }
      }
    }
    if (plan.blocking()) {
      reduceReady();
    }
  }

  private void fill(int group, long elements) {
    pending[group] -= elements;
    ready.add(group, elements, rank.lastCompute(), rank.microBatch(), rank.layer());
  }

  /** Behind a collective of the model there is room for a bucket. */
  void gap() {
    hadGap = true;
    if (!ready.isEmpty()) {
      reduce();
    }
  }

  /** Reduces all that is left. */
  void flush() {
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
