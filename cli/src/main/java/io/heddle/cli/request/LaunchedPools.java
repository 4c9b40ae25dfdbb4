package io.heddle.cli.request;

import io.heddle.cli.convert.ServedPool;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
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
   * The pools, in order of their roles; empty after findings.
   *
   * @param specification beside which the file of a {@code trace} stands
   * @throws io.heddle.cli.failure.Failure if a plan cannot be, or its cache has no page
   */
  public static Optional<List<ServedPool>> of(
      TfmCompiler compiler, Serving serving, Path specification) {
    RequestLengths lengths =
        RequestLengths.of(ServedRequests.of(serving, specification, null, 0).requests());
    List<ServedPool> pools = new ArrayList<>();
    for (Serving.Pool pool : serving.pools()) {
      List<Compiled> compiled = new ArrayList<>();
      for (String plan : pool.plans()) {
        Optional<Compiled> found = compiler.compile(plan).filter(Compiled::checkPlacement);
        if (found.isEmpty()) {
          return Optional.empty();
        }
        compiled.add(found.get());
      }
      pools.add(new ServedPool(compiled, Optional.of(limits(compiler, serving, pool, lengths))));
    }
    return Optional.of(pools);
  }

  private static ServedPool.Limits limits(
      TfmCompiler compiler, Serving serving, Serving.Pool pool, RequestLengths lengths) {
    Serving.Batching batching = serving.batching();
    PoolPlans plans = new PoolPlans(compiler, pool, Map.of());
    PoolPages pages = PoolPages.of(plans, batching, lengths);
    return new ServedPool.Limits(
        pool.role(),
        pool.instances(),
        batching.policy(),
        batching.tokens(),
        batching.sequences(),
        batching.memory(),
        batching.pages(),
        (long) pages.count() * plans.page(),
        lengths.longest(),
        lengths.longestInput(),
        lengths.hasBlocks());
  }
}
