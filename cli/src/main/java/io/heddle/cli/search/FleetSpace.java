package io.heddle.cli.search;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.request.BuiltPool;
import io.heddle.cli.request.PoolBuilder;
import io.heddle.plan.serving.Goal;
import io.heddle.processor.model.ServeAim;
import io.heddle.processor.model.ServeSearch;
import io.heddle.processor.model.ServeSearch.Varied;
import io.heddle.processor.model.Serving;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * The fleets of a search, of which those are passed over that have too many GPUs, whose plans
 * cannot be, or that cannot reach a goal. Pools that several fleets have are made once.
 */
final class FleetSpace {
  private final ServeSearch search;
  private final PoolBuilder builder;
  private final RequestProfile profile;
  private final SearchCounts counts;
  private final BooleanSupplier interrupted;
  private final LongConsumer progress;
  private final List<FleetCandidate> found = new ArrayList<>();
  private final Map<String, Made> made = new LinkedHashMap<>();
  private final Map<String, FleetBound> bounds = new LinkedHashMap<>();
  private final long[] strides;
  private long passed;

  /**
   * A pool that is made, or why it cannot be.
   *
   * @param reason empty where it is made
   */
  private record Made(Optional<BuiltPool> pool, Optional<PoolBound> bound, String reason) {}

  /**
   * A space.
   *
   * @param progress hears how many fleets have been looked at
   */
  FleetSpace(
      ServeSearch search,
      PoolBuilder builder,
      RequestProfile profile,
      SearchCounts counts,
      BooleanSupplier interrupted,
      LongConsumer progress) {
    this.search = search;
    this.builder = builder;
    this.profile = profile;
    this.counts = counts;
    this.interrupted = interrupted;
    this.progress = progress;
    this.strides = new long[search.varied().size() + 1];
    strides[strides.length - 1] = 1;
    for (int i = strides.length - 2; i >= 0; i--) {
      strides[i] = strides[i + 1] * search.varied().get(i).values().size();
    }
  }

  /** Fleets that may be among the best, in no order. */
  List<FleetCandidate> candidates() {
    choose(0, 0, new LinkedHashMap<>());
    return found;
  }

  private void choose(int level, long number, Map<String, Integer> values) {
    if (interrupted.getAsBoolean()) {
      throw Failure.environment("interrupted");
    }
    if (leastGpus(values) > search.mostGpus()) {
      pass(strides[level], "more than %,d GPUs".formatted(search.mostGpus()));
      return;
    }
    if (level == search.varied().size()) {
      point(number, values);
      return;
    }
    Varied varied = search.varied().get(level);
    for (int i = 0; i < varied.values().size(); i++) {
      values.put(varied.name(), varied.values().get(i));
      choose(level + 1, number + i * strides[level + 1], values);
    }
    values.remove(varied.name());
  }

  private void pass(long points, String reason) {
    counts.structure(reason, points);
    passed += points;
    progress.accept(passed);
  }

  /** What a fleet has at least: instances and axes that are chosen, and one of all else. */
  private long leastGpus(Map<String, Integer> values) {
    long all = 0;
    for (Serving.Pool pool : search.serving().pools()) {
      long ofPool = 1;
      boolean hasCount = false;
      for (Varied varied : search.varied()) {
        if (varied.pool().filter(pool.role()::equals).isEmpty() || !varied.isOfMesh()) {
          continue;
        }
        hasCount |= varied.isCount();
        Integer value = values.get(varied.name());
        ofPool *= value == null ? 1 : value;
      }
      all += hasCount ? ofPool : ofPool * pool.instances();
    }
    return all;
  }

  private void point(long number, Map<String, Integer> values) {
    passed++;
    progress.accept(passed);
    Serving.Batching batching = batching(values);
    List<BuiltPool> pools = new ArrayList<>();
    List<PoolBound> poolBounds = new ArrayList<>();
    List<Integer> instances = new ArrayList<>();
    StringBuilder key = new StringBuilder();
    long gpus = 0;
    for (Serving.Pool pool : search.serving().pools()) {
      Map<String, Long> numbers = numbers(pool, values);
      String keyOfPool = pool.role() + " " + batching + " " + numbers;
      Made one = made.computeIfAbsent(keyOfPool, unused -> make(pool, batching, numbers));
      if (one.pool().isEmpty()) {
        counts.structure(one.reason(), 1);
        return;
      }
      key.append(keyOfPool);
      pools.add(one.pool().get());
      one.bound().ifPresent(poolBounds::add);
      int count =
          values.getOrDefault(pool.role().word() + "." + ServeSearch.COUNT, pool.instances());
      instances.add(count);
      gpus += (long) count * one.pool().get().devices();
    }
    if (gpus > search.mostGpus()) {
      counts.structure("more than %,d GPUs".formatted(search.mostGpus()), 1);
      return;
    }
    Serving serving = with(batching);
    FleetBound bound =
        bounds.computeIfAbsent(
            key.toString(), unused -> new FleetBound(serving, pools, poolBounds, profile));
    add(
        new FleetCandidate(
            number, new LinkedHashMap<>(values), serving, pools, instances, gpus, 0, 0),
        bound);
  }

  private void add(FleetCandidate fleet, FleetBound bound) {
    if (search.aim().wantsGoals()) {
      Optional<Goal> missed = bound.missed();
      if (missed.isPresent() || bound.isTooSmall(fleet.instances())) {
        counts.limit();
        return;
      }
    }
    double seconds = bound.seconds(fleet.instances());
    double cost =
        switch (search.aim()) {
          case GPUS -> fleet.gpus();
          case GOODPUT_PER_GPU -> cost(fleet.gpus() * seconds, bound.mayBeGood());
          case TOKENS_PER_SECOND_PER_GPU -> cost(fleet.gpus() * seconds, profile.outputs());
        };
    double next = search.aim() == ServeAim.GPUS ? bound.meanEndToEnd() : 0;
    found.add(fleet.costing(cost, next));
  }

  /** GPU seconds for each of something; without end where there is nothing. */
  private static double cost(double gpuSeconds, double amount) {
    return amount == 0 ? Double.MAX_VALUE : gpuSeconds / amount;
  }

  private Made make(Serving.Pool pool, Serving.Batching batching, Map<String, Long> numbers) {
    try {
      BuiltPool built = builder.build(pool, batching, numbers);
      if (built.isTooLarge()) {
        return new Made(
            Optional.empty(), Optional.empty(), "its pages take more memory than a device has");
      }
      PoolBound bound = new PoolBound(built, pool.role(), batching.policy(), profile);
      return new Made(Optional.of(built), Optional.of(bound), "");
    } catch (Failure refused) {
      return new Made(Optional.empty(), Optional.empty(), firstLine(refused));
    }
  }

  /** What a finding says, without its place. */
  private static String firstLine(Failure refused) {
    String line = String.valueOf(refused.getMessage()).lines().findFirst().orElse("");
    int code = line.indexOf("]: ");
    return code < 0 ? line : line.substring(code + "]: ".length());
  }

  private Map<String, Long> numbers(Serving.Pool pool, Map<String, Integer> values) {
    Map<String, Long> numbers = new TreeMap<>();
    for (Varied varied : search.varied()) {
      if (varied.pool().filter(pool.role()::equals).isPresent() && !varied.isCount()) {
        numbers.put(varied.number(), (long) values.get(varied.name()));
      }
    }
    return numbers;
  }

  private Serving.Batching batching(Map<String, Integer> values) {
    Serving.Batching said = search.serving().batching();
    return said.withLimits(
        values.getOrDefault(ServeSearch.BATCHING + "." + ServeSearch.TOKENS, said.tokens()),
        values.getOrDefault(ServeSearch.BATCHING + "." + ServeSearch.SEQUENCES, said.sequences()));
  }

  private Serving with(Serving.Batching batching) {
    Serving said = search.serving();
    return new Serving(
        said.name(),
        said.model(),
        said.pools(),
        said.transfer(),
        said.load(),
        batching,
        said.route(),
        said.goals(),
        said.span());
  }
}
