package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of a plan. */
public sealed interface PlanItem {
  Span span();

  /** {@code mesh pp = 4, dp = 2}. */
  record Mesh(List<Setting> axes, Span span) implements PlanItem {}

  /** {@code layout pp > dp > tp}: outermost first. */
  record Layout(List<Name> axes, Span span) implements PlanItem {}

  /**
   * {@code view moe: (dp tp) = (edp ep) where ep = 64}.
   *
   * @param from axes of the mesh, major first
   * @param to axes of the view, major first
   * @param sizes of axes of the view; what is left is the size of the one without
   */
  record View(Name name, List<Name> from, List<Name> to, List<Setting> sizes, Span span)
      implements PlanItem {}

  /** {@code shard { … }}. */
  record Shard(List<Rule> rules, List<Rule> stream, Span span) implements PlanItem {}

  /** {@code pin attention.wo[g r d h/kp2]}, {@code pin grad attention.wq[h/kp1 g/kp2 r d]}. */
  record Pin(boolean gradient, Name block, Name tensor, List<PinnedDim> dims, Span span)
      implements PlanItem {}

  /** {@code batch 128 micro_batch 1}; either part may stand alone. */
  record Batch(@Nullable Expression batch, @Nullable Expression microBatch, Span span)
      implements PlanItem {}

  /** {@code context ring}, {@code context all_to_all(exchange = direct)}. */
  record Context(Name kind, List<Setting> settings, Span span) implements PlanItem {}

  /** {@code schedule interleaved(chunks = 2)}. */
  record Schedule(Name name, List<Setting> settings, Span span) implements PlanItem {}

  /**
   * {@code stages balanced}, {@code stages 15 of 4, 1 of 1}.
   *
   * @param runs none where the stages are balanced
   */
  record Stages(boolean balanced, List<Run> runs, Span span) implements PlanItem {}

  /**
   * {@code recompute attention.o, mlp every 2}.
   *
   * @param every in one layer of so many; null: in each
   */
  record Recompute(List<What> what, @Nullable Expression every, Span span) implements PlanItem {}

  /** {@code keep attention.a, mlp.a}. */
  record Keep(List<TensorName> tensors, Span span) implements PlanItem {}

  /** {@code unfused}: the scores of attention are stored. */
  record Unfused(Span span) implements PlanItem {}

  /** {@code forward}: nothing is trained. */
  record Forward(Span span) implements PlanItem {}

  /**
   * {@code prefill 16384 (context = 0, sequences = 4)}.
   *
   * @param tokens new ones of a replica in a step
   */
  record Prefill(Expression tokens, List<Setting> settings, Span span) implements PlanItem {}

  /**
   * {@code decode 128 (context = 4096, speculate = 3, accept = 0.7)}.
   *
   * @param sequences of a replica, each of which gets one new token
   * @param shares settings whose values are shares of one
   */
  record Decode(Expression sequences, List<Setting> settings, List<Share> shares, Span span)
      implements PlanItem {}

  /** {@code accept = 0.7}, whose unit is empty, or {@code accept = 70 %}. */
  record Share(Name name, Quantity value) {}

  /**
   * {@code cache mla.nc, mla.rope.kp (page = 64, dtype = fp8) absorbed}.
   *
   * @param tensors none where keys and values are kept
   * @param absorbed the place of the word; null where attention reads keys and values made anew
   */
  record Cache(List<TensorName> tensors, List<Setting> settings, @Nullable Span absorbed, Span span)
      implements PlanItem {
    public Cache {
      tensors = List.copyOf(tensors);
    }
  }

  /** {@code freeze attention, mlp.up}: weights of whole blocks, and single ones. */
  record Freeze(List<What> what, Span span) implements PlanItem {
    public Freeze {
      what = List.copyOf(what);
    }
  }

  /** {@code experts capacity = 1.25, exchange = pairwise}. */
  record Experts(List<ExpertSetting> settings, Span span) implements PlanItem {}

  /** {@code overlap tp chunks 4}: collectives over these axes, beside products, in pieces. */
  record Overlap(List<Name> axes, Expression chunks, Span span) implements PlanItem {}

  /** {@code overlap experts}: what can run beside the exchanges of experts does. */
  record OverlapExperts(Span span) implements PlanItem {}

  /** {@code all_reduce two_level over tp}: sums of tensors over these axes go in two levels. */
  record AllReduce(List<Name> axes, Span span) implements PlanItem {}

  /**
   * {@code optimizer adam clipped sharded over dp, gradients sharded, weights sharded}.
   *
   * @param clipped whether the norm of all gradients is taken first
   * @param shardedOver empty where the optimizer's states are whole
   * @param more what else is said of gradients and weights
   */
  record Optimizer(
      Name algorithm, boolean clipped, List<Name> shardedOver, List<ShardedToo> more, Span span)
      implements PlanItem {}

  /** What is split over the axes of the optimizer's states, or is not. */
  sealed interface ShardedToo {
    Span span();
  }

  /** {@code gradients sharded}, {@code gradients whole}. */
  record Gradients(boolean sharded, Span span) implements ShardedToo {}

  /** {@code weights sharded(prefetch = 2)}. */
  record ShardedWeights(List<Setting> settings, Span span) implements ShardedToo {}

  /**
   * {@code reduce in buckets of 250 MB}, {@code reduce per layer blocking}.
   *
   * @param bucket of {@code in buckets of}; null for the others
   */
  record Reduce(When when, @Nullable Quantity bucket, boolean blocking, boolean twoLevel, Span span)
      implements PlanItem {
    /** When gradients are reduced. */
    public enum When {
      AT_END,
      PER_LAYER,
      IN_BUCKETS,
      IN_GAPS
    }
  }

  /** {@code dtype bf16, products mxfp8, gradients fp32}. */
  record NumberFormats(Name tensors, List<FormatOf> kinds, Span span) implements PlanItem {}

  /** {@code gradients fp32}: the format of one kind of tensor. */
  record FormatOf(Name kind, Name format) {}

  /** {@code engine megatron}. */
  record UsesEngine(Name engine, Span span) implements PlanItem {}

  /** {@code on hgx_h100(nodes = 8)}. */
  record On(Name cluster, List<Setting> settings, Span span) implements PlanItem {}

  /**
   * {@code g f over tp}, {@code voc over tp padded}.
   *
   * @param padding null without, and always in the rules of the stream
   */
  record Rule(List<Name> dims, List<Name> axes, @Nullable Padding padding) {}

  /**
   * {@code padded}, {@code padded to 128 * tp}.
   *
   * @param multiple of which the size becomes one; null where that is the number of parts
   */
  record Padding(@Nullable Expression multiple, Span span) {}

  /** {@code s/cp/tp}. */
  record PinnedDim(Name dim, List<Name> axes) {}

  /** {@code 15 of 4}: so many stages of so many layers. */
  record Run(Expression stages, Expression layers) {}

  /** {@code attention.a}. */
  record TensorName(Name block, Name tensor) {}

  /**
   * {@code attention.o}, {@code mlp}, {@code attend}, {@code full}.
   *
   * @param block the word itself where it stands alone, whatever it names
   */
  record What(Name block, @Nullable Name statement) {}

  /**
   * {@code capacity = 1.25}, {@code exchange = pairwise}, {@code load = hot_rank(factor = 2)}: a
   * number, or a word with numbers of its own.
   */
  record ExpertSetting(
      Name name, @Nullable BigDecimal number, @Nullable Name word, List<ExpertNumber> numbers) {
    public ExpertSetting {
      numbers = List.copyOf(numbers);
    }
  }

  /** {@code factor = 2}. */
  record ExpertNumber(Name name, BigDecimal number) {}

  /** {@code nodes = 8}. */
  record Setting(Name name, Expression value) {}
}
