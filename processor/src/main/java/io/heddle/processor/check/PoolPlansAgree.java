package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Plural;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.model.Serving;
import io.heddle.processor.program.ParameterCount;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * Plans that serve requests together are of one model, and those of one pool run on the same ranks
 * with the same cache.
 */
public final class PoolPlansAgree {
  private static final Quantity PARAMETERS =
      new Quantity(
          side -> ParameterCount.of(side.plan.model(), side.numbers),
          count -> String.format(Locale.ROOT, "a model of %,d parameters", count));

  private static final List<Quantity> OF_ONE_POOL =
      List.of(
          PARAMETERS,
          new Quantity(Side::ranks, count -> Plural.of(count, "rank")),
          new Quantity(Side::replicas, count -> Plural.of(count, "replica")),
          new Quantity(Side::stages, count -> Plural.of(count, "stage")),
          new Quantity(Side::page, count -> "pages of " + Plural.of(count, "token")));

  private PoolPlansAgree() {}

  /** A plan of inference with its numbers. */
  public record Side(Plan plan, PlanNumbers numbers) {
    /** All of an instance. */
    public long ranks() {
      return numbers.axes().values().stream().reduce(1L, Math::multiplyExact);
    }

    /** Of an instance, each with a cache of its own. */
    public long replicas() {
      return numbers.batch() / numbers.microBatch();
    }

    /** Of a pipeline; 1 without. */
    public int stages() {
      return numbers.stages(plan);
    }

    /** Tokens in a page of its cache. */
    public long page() {
      Inference inference = plan.inference();
      if (inference == null) {
        throw new IllegalStateException("a pool has plans of inference only");
      }
      return inference.page();
    }
  }

  /** What both must have as much of. */
  private record Quantity(ToLongFunction<Side> count, LongFunction<String> text) {}

  /** Checks both plans of a pool whose instances do all of a request. */
  public static void ofPool(Serving.Pool pool, Side prefill, Side decode, Diagnostics diagnostics) {
    check(OF_ONE_POOL, pool, prefill, decode, diagnostics);
  }

  /**
   * Checks the plans of two pools.
   *
   * @param pool that draws tokens
   */
  public static void ofTwoPools(
      Serving.Pool pool, Side prefill, Side decode, Diagnostics diagnostics) {
    check(List.of(PARAMETERS), pool, prefill, decode, diagnostics);
  }

  private static void check(
      List<Quantity> quantities,
      Serving.Pool pool,
      Side prefill,
      Side decode,
      Diagnostics diagnostics) {
    for (Quantity quantity : quantities) {
      long one = quantity.count.applyAsLong(prefill);
      long other = quantity.count.applyAsLong(decode);
      if (one != other) {
        diagnostics
            .report(
                Code.POOL_PLAN,
                pool.span(),
                pool.role().word(),
                decode.plan.name(),
                "it has %s, plan `%s` has %s"
                    .formatted(
                        quantity.text.apply(other), prefill.plan.name(), quantity.text.apply(one)))
            .note(prefill.plan.span(), "`%s` is declared here".formatted(prefill.plan.name()))
            .note(decode.plan.span(), "`%s` is declared here".formatted(decode.plan.name()))
            .help("let both plans have the same")
            .add();
        return;
      }
    }
  }
}
