package io.heddle.cli.request;

import io.heddle.cli.convert.ServedPool;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.model.Serving;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the pools of a {@code serve} are launched with. */
public final class LaunchedPools {
  private LaunchedPools() {}

  /**
   * The pools, in order of their roles.
   *
   * @param specification beside which the file of a {@code trace} stands
   * @throws io.heddle.cli.failure.Failure if a plan cannot be, or its cache has no page
   */
  public static List<ServedPool> of(TfmCompiler compiler, Serving serving, Path specification) {
    RequestLengths lengths =
        RequestLengths.of(ServedRequests.of(serving, specification, null, 0).requests());
    List<ServedPool> pools = new ArrayList<>();
    for (Serving.Pool pool : serving.pools()) {
      PoolPlans plans = new PoolPlans(compiler, pool, Map.of());
      pools.add(
          new ServedPool(
              plans.all().stream().map(PoolPlans.Steps::smallest).toList(),
              Optional.of(limits(serving, plans, pool, lengths))));
    }
    return pools;
  }

  private static ServedPool.Limits limits(
      Serving serving, PoolPlans plans, Serving.Pool pool, RequestLengths lengths) {
    Serving.Batching batching = serving.batching();
    PoolPages pages = PoolPages.of(plans, batching, lengths);
    return new ServedPool.Limits(
        pool.role(),
        pool.instances(),
        batching.policy(),
        batching.tokens(),
        batching.sequences(),
        batching.memory(),
        batching.pages(),
        (long) pages.count() * pages.batches() * plans.page(),
        lengths.longest(),
        lengths.longestInput(),
        lengths.hasBlocks());
  }
}
