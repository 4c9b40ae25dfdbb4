package io.heddle.cli.pool;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.ServeLimits;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.PlanChanges;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is set in place of what plans of pools say, such as {@code prefill.tp=4} or {@code
 * decode.count=2}.
 */
public final class PoolSettings {
  /** Nothing is set. */
  public static final PoolSettings NONE = new PoolSettings(Map.of(), Map.of(), List.of());

  /** Where the setting of a pool begins in a text with several. */
  private static final Pattern NEXT = Pattern.compile("\\s*,\\s*(?=(?:prefill|decode)\\.)");

  private static final Pattern OF_POOL =
      Pattern.compile("\\s*(prefill|decode)\\.(.*)", Pattern.DOTALL);

  private static final Pattern COUNT = Pattern.compile("count\\s*=\\s*(\\d{1,9})\\s*");

  private final Map<Role, PlanChanges> changes;
  private final Map<Role, Integer> counts;
  private final List<String> texts;

  private PoolSettings(
      Map<Role, PlanChanges> changes, Map<Role, Integer> counts, List<String> texts) {
    this.changes = Map.copyOf(changes);
    this.counts = Map.copyOf(counts);
    this.texts = List.copyOf(texts);
  }

  /**
   * Reads settings.
   *
   * @param texts as they are given
   * @throws Failure if one of them cannot be read, or is of no pool
   */
  public static PoolSettings read(List<String> texts) {
    Map<Role, List<String>> ofPlans = new EnumMap<>(Role.class);
    Map<Role, Integer> counts = new EnumMap<>(Role.class);
    for (String text : texts) {
      for (String setting : NEXT.split(text, -1)) {
        Matcher ofPool = OF_POOL.matcher(setting);
        if (!ofPool.matches()) {
          throw Failure.usage(
              "--set %s: with --serve name the pool, as in prefill.tp=4 or decode.count=2"
                  .formatted(setting.strip()));
        }
        Role role = Role.named(ofPool.group(1)).orElseThrow();
        Matcher count = COUNT.matcher(ofPool.group(2));
        if (count.matches()) {
          putCount(counts, role, setting, Integer.parseInt(count.group(1)));
        } else {
          ofPlans.computeIfAbsent(role, unused -> new ArrayList<>()).add(ofPool.group(2));
        }
      }
    }
    Map<Role, PlanChanges> changes = new EnumMap<>(Role.class);
    ofPlans.forEach((role, settings) -> changes.put(role, changes(role, settings)));
    return new PoolSettings(changes, counts, texts);
  }

  private static void putCount(
      Map<Role, Integer> counts, Role role, String setting, int instances) {
    if (instances < 1 || instances > ServeLimits.MOST_INSTANCES) {
      throw Failure.usage(
          "--set %s: 1 to %,d instances".formatted(setting.strip(), ServeLimits.MOST_INSTANCES));
    }
    if (counts.put(role, instances) != null) {
      throw Failure.usage("--set %s: set it once".formatted(setting.strip()));
    }
  }

  private static PlanChanges changes(Role role, List<String> settings) {
    Diagnostics diagnostics = new Diagnostics();
    PlanChanges changes = PlanChanges.read(settings, diagnostics);
    if (diagnostics.hasErrors()) {
      Diagnostic first = diagnostics.all().get(0);
      throw Failure.usage(
          "--set %s.%s: %s".formatted(role.word(), first.span().source().text(), first.message()));
    }
    return changes;
  }

  /** Changes of the plan of a pool. */
  PlanChanges changes(Role role) {
    return changes.getOrDefault(role, PlanChanges.NONE);
  }

  /** Instances of a pool; empty where those of the `serve` hold. */
  OptionalInt instances(Role role) {
    Integer count = counts.get(role);
    return count == null ? OptionalInt.empty() : OptionalInt.of(count);
  }

  /** As they were given. */
  public List<String> texts() {
    return texts;
  }
}
