package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of a plan. */
public sealed interface PlanItem {
  Span span();

  /** {@code mesh pp = 4, dp = 2}. */
  record Mesh(List<Setting> axes, Span span) implements PlanItem {}

  /** {@code layout pp > dp > tp}: outermost first. */
  record Layout(List<Name> axes, Span span) implements PlanItem {}

  /** {@code shard { … }}. */
  record Shard(List<Rule> rules, List<Rule> stream, Span span) implements PlanItem {}

  /** {@code pin attention.wo[g r d h/kp2]}, {@code pin grad attention.wq[h/kp1 g/kp2 r d]}. */
  record Pin(boolean gradient, Name block, Name tensor, List<PinnedDim> dims, Span span)
      implements PlanItem {}

  /** {@code batch 128 micro_batch 1}; either part may stand alone. */
  record Batch(@Nullable Expression batch, @Nullable Expression microBatch, Span span)
      implements PlanItem {}

  /** {@code schedule one_f_one_b}. */
  record Schedule(Name name, Span span) implements PlanItem {}

  /** {@code recompute none}. */
  record Recompute(List<Name> what, Span span) implements PlanItem {}

  /** {@code optimizer adam sharded over dp}. */
  record Optimizer(Name algorithm, List<Name> shardedOver, Span span) implements PlanItem {}

  /** {@code dtype bf16, gradients fp32}. */
  record NumberFormats(Name tensors, @Nullable Name gradients, Span span) implements PlanItem {}

  /** {@code on hgx_h100(nodes = 8)}. */
  record On(Name cluster, List<Setting> settings, Span span) implements PlanItem {}

  /** {@code g f voc over tp}. */
  record Rule(List<Name> dims, List<Name> axes) {}

  /** {@code s/cp/tp}. */
  record PinnedDim(Name dim, List<Name> axes) {}

  /** {@code nodes = 8}. */
  record Setting(Name name, Expression value) {}
}
