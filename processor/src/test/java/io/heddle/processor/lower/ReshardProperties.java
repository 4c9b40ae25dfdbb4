package io.heddle.processor.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.lower.Reshard.Step;
import io.heddle.processor.model.Dim;
import io.heddle.processor.oracle.Array;
import io.heddle.processor.oracle.Grid;
import io.heddle.processor.oracle.Spread;
import io.heddle.processor.program.CollectiveKind;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The one function that chooses collectives. */
final class ReshardProperties {
  private static final Span SOMEWHERE = new Span(new Source("a.tfm", ""), 1, 1, 1);
  private static final List<Dim> DIMS =
      List.of(
          new Dim("x", null, SOMEWHERE),
          new Dim("y", null, SOMEWHERE),
          new Dim("z", null, SOMEWHERE));

  /** Where axes are: on dimension 0 to 2, or nowhere, or where values are still to be added. */
  private static final int NOWHERE = 3;

  private static final int PARTIAL = 4;

  /** A change of sharding. */
  record Change(Sharding from, Sharding to) {}

  @Provide
  Arbitrary<Change> changes() {
    return changes(List.of("a", "b", "c", "d", "e"));
  }

  @Provide
  Arbitrary<Change> smallChanges() {
    return changes(List.of("a", "b", "c"));
  }

  private static Arbitrary<Change> changes(List<String> axes) {
    Arbitrary<List<Integer>> places =
        Arbitraries.integers().between(0, PARTIAL).list().ofSize(axes.size());
    Arbitrary<Long> orders = Arbitraries.longs();
    return Combinators.combine(places, places, orders, orders)
        .as(
            (from, to, one, two) -> {
              Sharding start = sharding(axes, from, one);
              Sharding wanted = sharding(axes, to, two);
              Set<String> partial = new HashSet<>(wanted.partial());
              partial.retainAll(start.partial());
              return new Change(start, wanted.withPartial(partial));
            });
  }

  private static Sharding sharding(List<String> axes, List<Integer> places, long order) {
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    Set<String> partial = new HashSet<>();
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      indices.add(i);
    }
    Collections.shuffle(indices, new Random(order));
    for (int i : indices) {
      if (places.get(i) == PARTIAL) {
        partial.add(axes.get(i));
      } else if (places.get(i) != NOWHERE) {
        split
            .computeIfAbsent(DIMS.get(places.get(i)), unused -> new ArrayList<>())
            .add(axes.get(i));
      }
    }
    return new Sharding(split, partial);
  }

  @Property
  void endsAtTheTarget(@ForAll("changes") Change change) {
    Sharding now = change.from();
    for (Step step : Reshard.steps(change.from(), change.to())) {
      assertThat(step.from()).isEqualTo(now);
      assertThat(step.to()).isNotEqualTo(now);
      now = step.to();
    }
    assertThat(now).isEqualTo(change.to());
  }

  @Property
  void nothingToDoTakesNoStep(@ForAll("changes") Change change) {
    assertThat(Reshard.steps(change.from(), change.from())).isEmpty();
  }

  /** Each step changes its axes as the table says, at the ends of lists, and nothing else. */
  @Property
  void everyStepIsLegal(@ForAll("changes") Change change) {
    for (Step step : Reshard.steps(change.from(), change.to())) {
      List<String> axes = step.axes();
      Map<Dim, List<String>> split = new LinkedHashMap<>();
      DIMS.forEach(dim -> split.put(dim, new ArrayList<>(step.from().of(dim))));
      Set<String> partial = new HashSet<>(step.from().partial());
      if (step.kind() == null) {
        assertThat(step.from().splitAxes()).doesNotContainAnyElementsOf(axes);
        assertThat(partial).doesNotContainAnyElementsOf(axes);
        split.get(gains(step)).addAll(axes);
      } else {
        switch (step.kind()) {
          case REDUCE_SCATTER -> {
            assertThat(partial.removeAll(axes)).isTrue();
            split.get(gains(step)).addAll(axes);
          }
          case ALL_REDUCE -> assertThat(partial.removeAll(axes)).isTrue();
          case ALL_TO_ALL -> {
            removeEnd(split, axes);
            split.get(gains(step)).addAll(axes);
          }
          case ALL_GATHER -> removeEnd(split, axes);
          case PASS_ON, PASS_BACK -> throw new AssertionError("neighbours change no sharding");
        }
      }
      assertThat(new Sharding(split, partial)).isEqualTo(step.to());
    }
  }

  private static Dim gains(Step step) {
    return DIMS.stream()
        .filter(dim -> step.to().of(dim).size() > step.from().of(dim).size())
        .findFirst()
        .orElseThrow();
  }

  private static void removeEnd(Map<Dim, List<String>> split, List<String> axes) {
    for (List<String> list : split.values()) {
      int rest = list.size() - axes.size();
      if (rest >= 0 && list.subList(rest, list.size()).equals(axes)) {
        list.subList(rest, list.size()).clear();
        return;
      }
    }
    throw new AssertionError(axes + " do not stand together at the end of a list of " + split);
  }

  @Property
  void nothingBecomesPartial(@ForAll("changes") Change change) {
    for (Step step : Reshard.steps(change.from(), change.to())) {
      assertThat(step.from().partial()).containsAll(step.to().partial());
    }
  }

  /** One all-reduce for all axes that are only added up. */
  @Property
  void axesThatAreOnlyAddedUpMakeOneCollective(@ForAll("changes") Change change) {
    Set<String> added = new HashSet<>(change.from().partial());
    added.removeAll(change.to().partial());
    added.removeAll(change.to().splitAxes());
    List<Step> reductions =
        Reshard.steps(change.from(), change.to()).stream()
            .filter(step -> step.kind() == CollectiveKind.ALL_REDUCE)
            .toList();
    assertThat(reductions).hasSize(added.isEmpty() ? 0 : 1);
    reductions.forEach(step -> assertThat(step.axes()).hasSameElementsAs(added));
  }

  /** Partial sums are reduced once, none twice, and only where the target has no partial sum. */
  @Property
  void everyAxisIsAddedUpOnce(@ForAll("changes") Change change) {
    List<String> added = new ArrayList<>();
    for (Step step : Reshard.steps(change.from(), change.to())) {
      if (step.kind() == CollectiveKind.ALL_REDUCE
          || step.kind() == CollectiveKind.REDUCE_SCATTER) {
        added.addAll(step.axes());
      }
    }
    Set<String> expected = new LinkedHashSet<>(change.from().partial());
    expected.removeAll(change.to().partial());
    assertThat(added).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** Where no axis stands in the way of another: each list grows or shrinks by one at most. */
  @Property(maxDiscardRatio = 50)
  void kindsComeInTheirOrder(@ForAll("smallChanges") Change change) {
    Assume.that(DIMS.stream().allMatch(dim -> growsOrShrinksByOne(change, dim)));
    List<String> order =
        List.of("slice", "REDUCE_SCATTER", "ALL_TO_ALL", "ALL_REDUCE", "ALL_GATHER");
    assertThat(kinds(change.from(), change.to()).stream().map(order::indexOf)).isSorted();
  }

  private static boolean growsOrShrinksByOne(Change change, Dim dim) {
    List<String> from = change.from().of(dim);
    List<String> to = change.to().of(dim);
    int common = Math.min(from.size(), to.size());
    return Math.abs(from.size() - to.size()) <= 1
        && from.subList(0, common).equals(to.subList(0, common));
  }

  /** Every rank ends up with its part of the tensor, made from what its groups had. */
  @Property(tries = 300)
  void replayedOnArraysEveryRankHasItsPart(@ForAll("smallChanges") Change change) {
    Map<String, Integer> axes = new LinkedHashMap<>();
    axes.put("a", 2);
    axes.put("b", 3);
    axes.put("c", 2);
    Map<Dim, Integer> sizes = new LinkedHashMap<>();
    DIMS.forEach(dim -> sizes.put(dim, 12));
    Grid grid = new Grid(axes, sizes);
    Random random = new Random(change.hashCode());
    Array whole = Array.of(DIMS, new int[] {12, 12, 12}, index -> random.nextDouble());

    Spread now = scattered(grid, whole, change.from());
    for (Step step : Reshard.steps(change.from(), change.to())) {
      now = now.to(step.to(), step.kind() == null ? List.of() : step.axes());
    }
    Spread expected = scattered(grid, whole, change.to());
    Spread sum = now.to(now.sharding().withoutPartial(), now.sharding().partial());
    Spread expectedSum =
        expected.to(expected.sharding().withoutPartial(), expected.sharding().partial());
    for (int rank = 0; rank < grid.ranks(); rank++) {
      assertThat(sum.part(rank).distance(expectedSum.part(rank))).isLessThan(1e-9);
    }
  }

  /** The tensor as terms, weighted so that only the sum over all partial axes is right. */
  private static Spread scattered(Grid grid, Array whole, Sharding sharding) {
    int terms = sharding.partial().stream().mapToInt(grid::size).reduce(1, (a, b) -> a * b);
    return Spread.of(
        grid,
        whole.dims(),
        sharding,
        rank -> {
          int term = 0;
          for (String axis : sharding.partial()) {
            term = term * grid.size(axis) + grid.coordinate(rank, axis);
          }
          double weight = 2.0 * (term + 1) / (terms * (terms + 1.0));
          return grid.part(whole, sharding, rank).map(value -> weight * value);
        });
  }

  @Example
  void aWholeTensorCannotBecomePartial() {
    assertThatThrownBy(() -> Reshard.steps(Sharding.WHOLE, Sharding.WHOLE.withPartial(Set.of("a"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The table of the language: one axis, from and to each of its states. */
  @Example
  void table() {
    Sharding whole = Sharding.WHOLE;
    Sharding partial = Sharding.WHOLE.withPartial(Set.of("a"));
    Sharding x = new Sharding(Map.of(DIMS.get(0), List.of("a")), Set.of());
    Sharding y = new Sharding(Map.of(DIMS.get(1), List.of("a")), Set.of());
    assertThat(kinds(whole, whole)).isEmpty();
    assertThat(kinds(whole, x)).containsExactly("slice");
    assertThat(kinds(x, whole)).containsExactly("ALL_GATHER");
    assertThat(kinds(x, x)).isEmpty();
    assertThat(kinds(x, y)).containsExactly("ALL_TO_ALL");
    assertThat(kinds(partial, whole)).containsExactly("ALL_REDUCE");
    assertThat(kinds(partial, x)).containsExactly("REDUCE_SCATTER");
    assertThat(kinds(partial, partial)).isEmpty();
  }

  /** Axes that change alike are one collective on their product group. */
  @Example
  void productGroups() {
    Dim x = DIMS.get(0);
    Dim y = DIMS.get(1);
    Sharding both = new Sharding(Map.of(x, List.of("a", "b")), Set.of());
    Sharding moved = new Sharding(Map.of(y, List.of("a", "b")), Set.of());
    Sharding partial = Sharding.WHOLE.withPartial(Set.of("a", "b"));
    assertThat(Reshard.steps(both, Sharding.WHOLE)).hasSize(1);
    assertThat(Reshard.steps(both, moved)).hasSize(1);
    assertThat(Reshard.steps(partial, both)).hasSize(1);
    assertThat(Reshard.steps(partial, Sharding.WHOLE)).hasSize(1);
    // To drop the outer axis, the inner one is gathered with it and sliced again.
    Sharding inner = new Sharding(Map.of(x, List.of("b")), Set.of());
    assertThat(kinds(both, inner)).containsExactly("ALL_GATHER", "slice");
  }

  private static List<String> kinds(Sharding from, Sharding to) {
    return Reshard.steps(from, to).stream()
        .map(step -> step.kind() == null ? "slice" : step.kind().toString())
        .toList();
  }
}
