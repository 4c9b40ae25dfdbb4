package io.heddle.cli.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import io.heddle.cli.cache.Cache;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.request.BuiltPool;
import io.heddle.cli.request.KnotStore;
import io.heddle.cli.request.PoolBuilder;
import io.heddle.cli.request.RequestLengths;
import io.heddle.cli.request.ServedFleet;
import io.heddle.cli.request.ServedRequests;
import io.heddle.plan.serving.Goal;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.ServeSearch;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.LoadResult;
import io.heddle.runtime.serving.LoadSimulation;
import io.heddle.runtime.serving.Requests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A search among fleets finds what all of them, tried one after the other, come to. */
class FleetSearchProperties {
  private static final int MOST = 8;

  private static final String PLANS =
      Execution.tinyText()
          + """
          cluster rack(gpus = 2) {
            device  toy
            network switch gpus at 100 GB/s latency 500 ns
          }
          plan Prefill of Tiny {
            mesh    dp = 1, tp = 2
            shard   { b over dp  n f voc over tp }
            prefill 64
            cache   (page = 16)
            on      rack(gpus = dp * tp)
          }
          plan Decode of Tiny {
            mesh   dp = 1, tp = 2
            shard  { b over dp  n f voc over tp }
            decode 8 (context = 32)
            cache  (page = 16)
            on     rack(gpus = dp * tp)
          }
          """;

  /** One that tries all. */
  private record Exhaustion(TfmCompiler compiler, ServeSearch search, Requests requests) {
    List<Long> best(int count, KnotStore store) {
      PoolBuilder builder =
          new PoolBuilder(compiler, RequestLengths.of(requests), 1, store, more -> {});
      Map<String, BuiltPool> pools = new HashMap<>();
      List<FoundFleet> all = new ArrayList<>();
      for (long number = 0; number < search.size(); number++) {
        try {
          fleet(number, builder, pools).ifPresent(all::add);
        } catch (Failure noFleet) {
          // Its plans cannot be.
        }
      }
      List<Goal> goals = search.serving().goals();
      return all.stream()
          .filter(fleet -> !search.aim().wantsGoals() || fleet.isGood(goals))
          .sorted(order())
          .limit(count)
          .map(FoundFleet::number)
          .toList();
    }

    private Comparator<FoundFleet> order() {
      Comparator<FoundFleet> byAim =
          switch (search.aim()) {
            case GPUS ->
                Comparator.comparingLong(FoundFleet::gpus)
                    .thenComparingDouble(FoundFleet::endToEnd);
            case GOODPUT_PER_GPU ->
                Comparator.comparingDouble(fleet -> -fleet.goodput() / fleet.gpus());
            case TOKENS_PER_SECOND_PER_GPU ->
                Comparator.comparingDouble(fleet -> -fleet.outputRate() / fleet.gpus());
          };
      return byAim.thenComparingLong(FoundFleet::number);
    }

    private Optional<FoundFleet> fleet(
        long number, PoolBuilder builder, Map<String, BuiltPool> pools) {
      Map<String, Integer> values = new LinkedHashMap<>();
      long rest = number;
      for (int i = search.varied().size() - 1; i >= 0; i--) {
        ServeSearch.Varied varied = search.varied().get(i);
        int size = varied.values().size();
        values.put(varied.name(), varied.values().get((int) (rest % size)));
        rest /= size;
      }
      Serving said = search.serving();
      Serving.Batching batching =
          said.batching()
              .withLimits(
                  values.getOrDefault("batching.tokens", said.batching().tokens()),
                  values.getOrDefault("batching.sequences", said.batching().sequences()));
      List<BuiltPool> built = new ArrayList<>();
      List<Integer> instances = new ArrayList<>();
      long gpus = 0;
      for (Serving.Pool pool : said.pools()) {
        String role = pool.role().word() + ".";
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (String axis : List.of("dp", "tp")) {
          Integer value = values.get(role + axis);
          if (value != null) {
            numbers.put(axis, (long) value);
          }
        }
        BuiltPool made =
            pools.computeIfAbsent(
                role + numbers + batching, unused -> builder.build(pool, batching, numbers));
        int count = values.getOrDefault(role + "count", pool.instances());
        built.add(made);
        instances.add(count);
        gpus += (long) count * made.devices();
      }
      if (gpus > search.mostGpus()) {
        return Optional.empty();
      }
      ServedFleet fleet = ServedFleet.of(said, built, instances);
      LoadResult result = LoadSimulation.run(requests, fleet.setup(), done -> {});
      return Optional.of(FoundFleet.of(number, values, gpus, said.goals(), result));
    }
  }

  private static String plans(boolean guess, boolean haveStages) {
    String plans = guess ? PLANS.replace("= 32)", "= 32, speculate = 2, accept = 0.6)") : PLANS;
    return haveStages
        ? plans
            .replace("dp = 1, tp = 2", "pp = 2, dp = 1, tp = 2")
            .replace("n f voc over tp }", "n f voc over tp  layers over pp }")
            .replace("gpus = dp * tp", "gpus = pp * dp * tp")
        : plans;
  }

  @Property(tries = 20)
  void aSearchFindsWhatExhaustionFinds(
      @ForAll @IntRange(min = 0, max = 9) int speed,
      @ForAll @IntRange(min = 1, max = 5) int ttft,
      @ForAll @IntRange(min = 1, max = 5) int tpot,
      @ForAll @IntRange(min = 0, max = 2) int aim,
      @ForAll boolean areTwo,
      @ForAll boolean isClosed,
      @ForAll @IntRange(min = 0, max = 3) int policy,
      @ForAll @IntRange(min = 1, max = 4) int best) {
    String text =
        plans(speed % 2 == 1, best > 2)
            + """
            serve Chat of Tiny {
              pool     %s
              %s
              requests %s (input = 60, output = 20, spread = 50 %%, count = 60)
              batching %s (tokens = 128, sequences = 8, pages = 60)
              route    least_loaded
              goal     ttft p90 <= %d us, tpot p95 <= %d ns, e2e <= 1 s
            }
            search Best of Chat {
              %s
              batching.tokens in 32, 128
              %s when gpus <= %d
            }
            """
                .formatted(
                    areTwo
                        ? "prefill 1 of Prefill, decode 1 of Decode"
                        : "both 1 of Prefill and Decode",
                    areTwo ? "transfer (at = 1 GB/s, latency = 2 us)" : "",
                    isClosed ? "closed " + (1 + 4 * speed) : "poisson " + (2_000 << speed),
                    List.of("vllm", "sglang", "trtllm", "trtllm_max_utilization").get(policy),
                    (areTwo ? 40 : 2) << ttft,
                    700 << (tpot - 1),
                    areTwo
                        ? "prefill.count in any  decode.tp in 1, 2  decode.count in 1, 2, 3"
                        : "both.count in any  both.tp in any  both.dp in 1, 2",
                    List.of(
                            "minimize gpus",
                            "maximize goodput_per_gpu",
                            "maximize tokens_per_second_per_gpu")
                        .get(aim),
                    areTwo ? MOST / 2 : MOST);
    TfmCompiler compiler = TfmCompiler.read(new Source("t.tfm", text), Imports.LIBRARY_ONLY);
    ServeSearch search =
        compiler
            .serveSearch("Best")
            .orElseThrow(() -> new AssertionError(compiler.diagnostics().toString()));
    Requests requests =
        ServedRequests.of(search.serving(), Path.of("t.tfm"), null, best).requests();
    KnotStore store = KnotStore.of(Cache.none());
    List<Long> all = new Exhaustion(compiler, search, requests).best(best, store);
    FleetSearch.Result found =
        new FleetSearch(
                search,
                requests,
                new PoolBuilder(compiler, RequestLengths.of(requests), 1, store, more -> {}),
                new FleetSearch.Settings(best, 2),
                () -> false,
                new SearchRun.Listener() {
                  @Override
                  public void looked(long points, long of) {}

                  @Override
                  public void simulated(long plans, long of) {}
                })
            .run();
    assertThat(found.best().stream().map(FoundFleet::number).toList())
        .as(text.substring(PLANS.length()))
        .isEqualTo(all);
    SearchCounts counts = found.counts();
    assertThat(counts.byStructure() + counts.byLimit() + counts.byBound() + counts.ofSimulated())
        .isEqualTo(search.size());
  }
}
