package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/** A tensor that lies on all ranks of a mesh. */
public final class Spread {
  private final Grid grid;
  private final List<Dim> dims;
  private final Sharding sharding;
  private final List<Array> parts;

  private Spread(Grid grid, List<Dim> dims, Sharding sharding, List<Array> parts) {
    this.grid = grid;
    this.dims = List.copyOf(dims);
    this.sharding = sharding;
    this.parts = List.copyOf(parts);
  }

  /** What every rank has. */
  public static Spread of(
      Grid grid, List<Dim> dims, Sharding sharding, IntFunction<Array> partOfRank) {
    List<Array> parts = new ArrayList<>();
    for (int rank = 0; rank < grid.ranks(); rank++) {
      Array part = partOfRank.apply(rank);
      for (Dim dim : dims) {
        if (part.size(dim) != grid.extent(sharding, dim)) {
          throw new AssertionError(
              dim + " has " + part.size(dim) + " elements under " + sharding.describe(dims));
        }
      }
      parts.add(part.dims().equals(dims) ? part : part.sumTo(dims));
    }
    return new Spread(grid, dims, sharding, parts);
  }

  /** Each rank has its part of the whole tensor. */
  public static Spread of(Grid grid, Array whole, Sharding sharding) {
    return of(grid, whole.dims(), sharding, rank -> grid.part(whole, sharding, rank));
  }

  /** The same parts with dimensions called otherwise. */
  public Spread renamed(Map<Dim, Dim> names) {
    List<Dim> called = dims.stream().map(dim -> names.getOrDefault(dim, dim)).toList();
    Map<Dim, List<String>> split = new LinkedHashMap<>();
    sharding.split().forEach((dim, axes) -> split.put(names.getOrDefault(dim, dim), axes));
    List<Array> renamed = parts.stream().map(part -> part.renamed(names)).toList();
    return new Spread(grid, called, new Sharding(split, sharding.partial()), renamed);
  }

  /** Each part through a function that keeps its dimensions. */
  public Spread map(UnaryOperator<Array> function) {
    return new Spread(grid, dims, sharding, parts.stream().map(function).toList());
  }

  /** How it lies. */
  public Sharding sharding() {
    return sharding;
  }

  /** Its dimensions. */
  public List<Dim> dims() {
    return dims;
  }

  /** What one rank has. */
  public Array part(int rank) {
    return parts.get(rank);
  }

  /**
   * The tensor as {@code target} says, made from what the ranks of each group over {@code axes}
   * have: axes that are no longer partial are summed over, the rest is moved.
   *
   * @throws AssertionError if a rank needs something that no member of its group has
   */
  public Spread to(Sharding target, Collection<String> axes) {
    Set<String> summed = new TreeSet<>(sharding.partial());
    summed.removeAll(target.partial());
    if (!axes.containsAll(summed) || !sharding.partial().containsAll(target.partial())) {
      throw new AssertionError(sharding + " cannot become " + target + " over " + axes);
    }
    return of(grid, dims, target, rank -> make(rank, target, axes, summed));
  }

  /** A rank of the group whose values are used, and which of the terms of the sum they are. */
  private static final class Giver {
    final Array part;
    final int[] begins;
    final int term;

    Giver(Array part, int[] begins, int term) {
      this.part = part;
      this.begins = begins;
      this.term = term;
    }
  }

  private Array make(int rank, Sharding target, Collection<String> axes, Set<String> summed) {
    int[] extents = dims.stream().mapToInt(dim -> grid.extent(target, dim)).toArray();
    int[] begins = begins(target, rank);
    int[] theirExtents = dims.stream().mapToInt(dim -> grid.extent(sharding, dim)).toArray();
    int expected = summed.stream().mapToInt(grid::size).reduce(1, (a, b) -> a * b);
    List<Giver> givers = new ArrayList<>();
    for (int member : grid.group(rank, axes)) {
      if (isNearest(rank, member, summed)) {
        int term = 0;
        for (String axis : summed) {
          term = term * grid.size(axis) + grid.coordinate(member, axis);
        }
        givers.add(new Giver(part(member), begins(sharding, member), term));
      }
    }
    return Array.of(
        dims, extents, local -> element(local, begins, theirExtents, givers, expected, target));
  }

  private int[] begins(Sharding lies, int rank) {
    return dims.stream().mapToInt(dim -> grid.begin(lies, dim, rank)).toArray();
  }

  private double element(
      int[] local,
      int[] begins,
      int[] theirExtents,
      List<Giver> givers,
      int expected,
      Sharding target) {
    double[] terms = new double[expected];
    Arrays.fill(terms, Double.NaN);
    int[] theirs = new int[local.length];
    for (Giver giver : givers) {
      boolean has = true;
      for (int d = 0; d < local.length; d++) {
        theirs[d] = begins[d] + local[d] - giver.begins[d];
        has &= theirs[d] >= 0 && theirs[d] < theirExtents[d];
      }
      if (has) {
        double value = giver.part.at(theirs);
        double copy = terms[giver.term];
        if (!Double.isNaN(copy) && Math.abs(copy - value) > 1e-9 * (1 + Math.abs(value))) {
          throw new AssertionError("copies differ: " + sharding.describe(dims));
        }
        terms[giver.term] = value;
      }
    }
    double sum = Arrays.stream(terms).sum();
    if (Double.isNaN(sum)) {
      throw new AssertionError(
          sharding.describe(dims) + " cannot become " + target.describe(dims) + ": a part is lost");
    }
    return sum;
  }

  /** Whether the member has the rank's own part of what stays partial. */
  private boolean isNearest(int rank, int member, Set<String> summed) {
    return sharding.partial().stream()
        .filter(axis -> !summed.contains(axis))
        .allMatch(axis -> grid.coordinate(rank, axis) == grid.coordinate(member, axis));
  }
}
