package io.heddle.cli.request;

import io.heddle.cli.cache.Cache;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.cache.Fingerprint;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.model.PlanChanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/** Times of steps that were simulated before, by the plan and its numbers. */
public final class KnotStore {
  private final Cache cache;
  private final String heddle;
  private final Map<String, OfPlan> plans = new LinkedHashMap<>();

  private KnotStore(Cache cache, String heddle) {
    this.cache = cache;
    this.heddle = heddle;
  }

  /** What a cache keeps. */
  public static KnotStore of(Cache cache) {
    try {
      return cache.folder().isEmpty()
          ? new KnotStore(cache, "")
          : new KnotStore(cache, Fingerprint.ofHeddle());
    } catch (IOException e) {
      return new KnotStore(Cache.none(), "");
    }
  }

  /** The steps of a plan; its text, with that of all it uses, is what they depend on. */
  synchronized OfPlan of(TfmCompiler compiler, String plan) {
    OfPlan known = plans.get(plan);
    if (known == null) {
      String text =
          compiler
              .planText(plan, PlanChanges.NONE)
              .orElseThrow(() -> new IllegalStateException("a plan that compiles has a text"));
      CacheKey key = CacheKey.of("knots", List.of(heddle, plan, text));
      known = new OfPlan(key, cache.get(key));
      plans.put(plan, known);
    }
    return known;
  }

  /** Keeps all that was simulated. */
  public synchronized void keep() {
    plans.values().forEach(plan -> plan.keep(cache));
  }

  /** Steps of a plan. Used by several threads. */
  static final class OfPlan {
    private final CacheKey key;
    private final Map<String, Long> known = new ConcurrentHashMap<>();
    private final int before;

    private OfPlan(CacheKey key, Optional<byte[]> stored) {
      this.key = key;
      stored.ifPresent(this::read);
      this.before = known.size();
    }

    private void read(byte[] bytes) {
      for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
        int at = line.lastIndexOf(' ');
        if (at > 0) {
          known.put(line.substring(0, at), Long.parseLong(line.substring(at + 1)));
        }
      }
    }

    /** The time of a step, which is simulated if it was not before. */
    long nanos(Map<String, Long> numbers, ToLongFunction<Map<String, Long>> simulation) {
      String step = new TreeMap<>(numbers).toString();
      Long found = known.get(step);
      if (found == null) {
        found = simulation.applyAsLong(numbers);
        known.put(step, found);
      }
      return found;
    }

    private void keep(Cache cache) {
      if (known.size() > before) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(known)
            .forEach((step, nanos) -> text.append(step).append(' ').append(nanos).append('\n'));
        cache.put(key, text.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
