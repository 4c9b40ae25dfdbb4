package io.heddle.processor.model;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All values that a number of a plan can take: an axis any divisor of the number of ranks of its
 * cluster, {@code micro_batch} any divisor of the batch. Which of them go together is for the
 * checks of plans to say.
 */
final class AnyValues {
  /** Of more ranks or sequences no divisors are looked for: there may be a million of them. */
  private static final long MOST = 1L << 40;

  private final Plan plan;
  private final Map<String, List<Long>> chosen;

  /**
   * @param chosen the values of other numbers that are varied, by name; none of one whose values
   *     follow from others
   */
  AnyValues(Plan plan, Map<String, List<Long>> chosen) {
    this.plan = plan;
    this.chosen = chosen;
  }

  /** Whether a number has all values that it can take; else they have to be written. */
  boolean has(String name) {
    return name.equals(PlanNames.MICRO_BATCH) || PlanNames.of(plan).axes().contains(name);
  }

  /** The values, ascending; empty where what they must divide is not known. */
  List<Expression> of(String name, Span span) {
    TreeSet<Long> values = new TreeSet<>();
    for (long whole : name.equals(PlanNames.MICRO_BATCH) ? batches() : clusters()) {
      if (whole > MOST) {
        return List.of();
      }
      for (long divisor = 1; divisor <= whole / divisor; divisor++) {
        if (whole % divisor == 0) {
          values.add(divisor);
          values.add(whole / divisor);
        }
      }
    }
    return values.stream().<Expression>map(value -> new Expression.Literal(value, span)).toList();
  }

  private List<Long> batches() {
    List<Long> varied = chosen.get(PlanNames.BATCH);
    if (varied != null) {
      return varied;
    }
    Long batch = KnownNumbers.of(plan, Map.of()).get(PlanNames.BATCH);
    return batch == null || !(plan.batch().batch() instanceof Expression.Literal)
        ? List.of()
        : List.of(batch);
  }

  /** Numbers of ranks that the cluster can have. */
  private List<Long> clusters() {
    TreeSet<Long> ranks = new TreeSet<>();
    addClusters(plan.cluster().names(), 0, new LinkedHashMap<>(), ranks);
    return List.copyOf(ranks);
  }

  private void addClusters(
      List<String> names, int next, Map<String, Expression> values, Set<Long> ranks) {
    if (next == names.size()) {
      // Without axes: a cluster whose size follows them has no size here.
      Diagnostics findings = new Diagnostics();
      Map<String, Long> numbers = plan.cluster().values(Map.of(), values, findings);
      Optional<PlannedCluster> cluster = plan.cluster().at(numbers, findings);
      cluster.ifPresent(of -> ranks.add(ranks(of)));
      return;
    }
    String name = names.get(next);
    List<Long> varied = PlanNames.of(plan).isOfCluster(name) ? chosen.get(name) : null;
    if (varied == null) {
      addClusters(names, next + 1, values, ranks);
      return;
    }
    for (long value : varied) {
      values.put(name, new Expression.Literal(value, plan.cluster().span()));
      addClusters(names, next + 1, values, ranks);
    }
    values.remove(name);
  }

  private static long ranks(PlannedCluster cluster) {
    long ranks = 1;
    for (PlannedCluster.Network network : cluster.networks()) {
      ranks = ranks > MOST / network.size() ? MOST + 1 : ranks * network.size();
    }
    return ranks;
  }
}
