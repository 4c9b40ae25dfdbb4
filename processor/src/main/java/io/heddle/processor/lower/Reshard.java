package io.heddle.processor.lower;

import io.heddle.processor.model.Dim;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The one place that chooses collectives: what it takes to change a tensor's sharding.
 *
 * <pre>
 * from \ to     whole        split, same dim   split, other dim
 * whole         -            slice             slice
 * split         all-gather   -                 all-to-all
 * partial sum   all-reduce   reduce-scatter    reduce-scatter
 * </pre>
 *
 * Axes that change the same way make one collective. The order is slice, reduce-scatter,
 * all-to-all, all-reduce, all-gather; an axis joins and leaves a dimension's list at its end, so
 * that a later kind comes earlier where it stands in the way of another.
 */
final class Reshard {
  /**
   * A step from one sharding to the next.
   *
   * @param kind null for a slice, which costs nothing
   * @param axes in the order in which they join or leave
   */
  record Step(
      @org.jspecify.annotations.Nullable CollectiveKind kind,
      List<String> axes,
      Sharding from,
      Sharding to) {}

  private final Sharding target;
  private final Map<Dim, List<String>> split = new LinkedHashMap<>();
  private final Set<String> partial;
  private final List<Step> steps = new ArrayList<>();

  private Reshard(Sharding from, Sharding target) {
    from.split().forEach((dim, axes) -> split.put(dim, new ArrayList<>(axes)));
    target.split().keySet().forEach(dim -> split.putIfAbsent(dim, new ArrayList<>()));
    this.partial = new TreeSet<>(from.partial());
    this.target = target;
  }

  /**
   * The steps from one sharding to another.
   *
   * @param target partial over no axis over which {@code from} is not
   */
  static List<Step> steps(Sharding from, Sharding target) {
    if (!from.partial().containsAll(target.partial())) {
      throw new IllegalArgumentException("a whole tensor cannot become a partial sum");
    }
    Reshard reshard = new Reshard(from, target);
    while (!reshard.current().equals(target)) {
      reshard.advance();
    }
    return reshard.steps;
  }

  /** Whether slicing alone leads from one sharding to another. */
  static boolean isFree(Sharding from, Sharding target) {
    return steps(from, target).stream().allMatch(step -> step.kind() == null);
  }

  private Sharding current() {
    return new Sharding(split, partial);
  }

  private void advance() {
    boolean moved = slice() || reduceScatter() || allToAll() || allReduce() || allGather();
    if (!moved) {
      throw new IllegalStateException("no way from " + current() + " to " + target);
    }
  }

  private boolean slice() {
    Set<String> used = new LinkedHashSet<>(partial);
    split.values().forEach(used::addAll);
    for (Dim dim : split.keySet()) {
      List<String> joining = joining(dim);
      if (!joining.isEmpty() && !used.contains(joining.get(0))) {
        Sharding from = current();
        List<String> axes = List.of(joining.get(0));
        split.get(dim).addAll(axes);
        steps.add(new Step(null, axes, from, current()));
        return true;
      }
    }
    return false;
  }

  private boolean reduceScatter() {
    for (Dim dim : split.keySet()) {
      List<String> axes = joining(dim).stream().takeWhile(partial::contains).toList();
      if (!axes.isEmpty()) {
        Sharding from = current();
        axes.forEach(partial::remove);
        split.get(dim).addAll(axes);
        steps.add(new Step(CollectiveKind.REDUCE_SCATTER, axes, from, current()));
        return true;
      }
    }
    return false;
  }

  private boolean allToAll() {
    for (Dim source : split.keySet()) {
      List<String> leaving = leaving(source);
      for (Dim sink : split.keySet()) {
        if (sink.equals(source)) {
          continue;
        }
        List<String> joining = joining(sink);
        for (int n = Math.min(leaving.size(), joining.size()); n > 0; n--) {
          List<String> axes = joining.subList(0, n);
          if (leaving.subList(leaving.size() - n, leaving.size()).equals(axes)) {
            Sharding from = current();
            List<String> moved = List.copyOf(axes);
            removeLast(source, n);
            split.get(sink).addAll(moved);
            steps.add(new Step(CollectiveKind.ALL_TO_ALL, moved, from, current()));
            return true;
          }
        }
      }
    }
    return false;
  }

  private boolean allReduce() {
    Set<String> wanted = target.splitAxes();
    List<String> axes =
        partial.stream()
            .filter(axis -> !wanted.contains(axis) && !target.partial().contains(axis))
            .toList();
    if (axes.isEmpty()) {
      return false;
    }
    Sharding from = current();
    axes.forEach(partial::remove);
    steps.add(new Step(CollectiveKind.ALL_REDUCE, axes, from, current()));
    return true;
  }

  /**
   * Gathers what leaves a dimension for good; then, if nothing else moves, what stands in the way.
   */
  private boolean allGather() {
    return allGather(false) || allGather(true);
  }

  private boolean allGather(boolean evenIfWantedElsewhere) {
    for (Dim dim : split.keySet()) {
      List<String> leaving = leaving(dim);
      int n = 0;
      while (n < leaving.size()
          && (evenIfWantedElsewhere
              || !isWantedElsewhere(leaving.get(leaving.size() - 1 - n), dim))) {
        n++;
      }
      if (n > 0) {
        Sharding from = current();
        List<String> axes = List.copyOf(leaving.subList(leaving.size() - n, leaving.size()));
        removeLast(dim, n);
        steps.add(new Step(CollectiveKind.ALL_GATHER, axes, from, current()));
        return true;
      }
    }
    return false;
  }

  private boolean isWantedElsewhere(String axis, Dim dim) {
    return target.split().entrySet().stream()
        .anyMatch(entry -> !entry.getKey().equals(dim) && entry.getValue().contains(axis));
  }

  /** The axes at the end of the dimension's list that the target does not have there. */
  private List<String> leaving(Dim dim) {
    List<String> now = split.get(dim);
    return now.subList(commonPrefix(dim), now.size());
  }

  /** The axes that the dimension's list still lacks; empty while others must leave it first. */
  private List<String> joining(Dim dim) {
    List<String> wanted = target.of(dim);
    int common = commonPrefix(dim);
    return common < split.get(dim).size() ? List.of() : wanted.subList(common, wanted.size());
  }

  private int commonPrefix(Dim dim) {
    List<String> now = split.get(dim);
    List<String> wanted = target.of(dim);
    int common = 0;
    while (common < Math.min(now.size(), wanted.size())
        && now.get(common).equals(wanted.get(common))) {
      common++;
    }
    return common;
  }

  private void removeLast(Dim dim, int n) {
    List<String> now = split.get(dim);
    now.subList(now.size() - n, now.size()).clear();
  }
}
