package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.program.Sharding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ranks on a mesh, and which part of a tensor each holds. */
public final class Grid {
  /**
   * Axes regrouped: the place along {@code from}, the first most significant, read as places along
   * {@code to}, again the first most significant.
   */
  public record Regrouping(List<String> from, Map<String, Integer> to) {}

  private final Map<String, Integer> axes;
  private final List<Regrouping> regroupings;
  private final Map<Dim, Integer> sizes;
  private final int ranks;

  /**
   * A mesh for tensors of given sizes.
   *
   * @param axes outermost first
   * @param sizes of whole dimensions
   */
  public Grid(Map<String, Integer> axes, Map<Dim, Integer> sizes) {
    this(axes, List.of(), sizes);
  }

  /** As the other constructor, with axes that are made of others. */
  public Grid(Map<String, Integer> axes, List<Regrouping> regroupings, Map<Dim, Integer> sizes) {
    this.axes = new LinkedHashMap<>(axes);
    this.regroupings = List.copyOf(regroupings);
    this.sizes = new LinkedHashMap<>(sizes);
    this.ranks = axes.values().stream().reduce(1, (a, b) -> a * b);
  }

  /** Number of ranks. */
  public int ranks() {
    return ranks;
  }

  /** Size of the axis. */
  public int size(String axis) {
    for (Regrouping regrouping : regroupings) {
      if (regrouping.to().containsKey(axis)) {
        return regrouping.to().get(axis);
      }
    }
    return axes.getOrDefault(axis, 1);
  }

  /** Number of ranks along all of the axes. */
  public int size(Collection<String> along) {
    return along.stream().mapToInt(this::size).reduce(1, (a, b) -> a * b);
  }

  /** Size of the whole dimension. */
  public int size(Dim dim) {
    return sizes.getOrDefault(dim, 0);
  }

  /** Place of the rank along an axis. */
  public int coordinate(int rank, String axis) {
    for (Regrouping regrouping : regroupings) {
      if (regrouping.to().containsKey(axis)) {
        return place(rank, regrouping.from()) / stride(regrouping.to(), axis) % size(axis);
      }
    }
    return rank / stride(axes, axis) % size(axis);
  }

  /** Place of the rank along several axes, the first most significant. */
  public int place(int rank, List<String> along) {
    int place = 0;
    for (String axis : along) {
      place = place * size(axis) + coordinate(rank, axis);
    }
    return place;
  }

  private static int stride(Map<String, Integer> all, String axis) {
    int stride = 1;
    boolean inside = false;
    for (Map.Entry<String, Integer> entry : all.entrySet()) {
      if (inside) {
        stride *= entry.getValue();
      }
      inside |= entry.getKey().equals(axis);
    }
    return stride;
  }

  /** All ranks that differ from this one only along {@code along}. */
  public List<Integer> group(int rank, Collection<String> along) {
    List<String> alike = new ArrayList<>(coordinates(along));
    alike.removeAll(along);
    int place = place(rank, alike);
    List<Integer> members = new ArrayList<>();
    for (int other = 0; other < ranks; other++) {
      if (place(other, alike) == place) {
        members.add(other);
      }
    }
    return members;
  }

  /**
   * Axes that number all ranks, those of {@code used} among them: where they are made of others,
   * they stand in their place.
   */
  public Set<String> coordinates(Collection<String> used) {
    Set<String> all = new LinkedHashSet<>(axes.keySet());
    for (Regrouping regrouping : regroupings) {
      if (regrouping.to().keySet().stream().anyMatch(used::contains)) {
        regrouping.from().forEach(all::remove);
        all.addAll(regrouping.to().keySet());
      }
    }
    if (!all.containsAll(used)) {
      throw new AssertionError(used + " are axes together with some that are made of them");
    }
    return all;
  }

  /** Elements of the dimension on one rank. */
  public int extent(Sharding sharding, Dim dim) {
    int extent = size(dim);
    for (String axis : sharding.of(dim)) {
      if (extent % size(axis) != 0) {
        throw new IllegalArgumentException(dim + " does not divide");
      }
      extent /= size(axis);
    }
    return extent;
  }

  /** The first element of the dimension that the rank holds. */
  public int begin(Sharding sharding, Dim dim, int rank) {
    return place(rank, sharding.of(dim)) * extent(sharding, dim);
  }

  /** The rank's part of a whole tensor. */
  public Array part(Array whole, Sharding sharding, int rank) {
    List<Dim> dims = whole.dims();
    int[] extents = dims.stream().mapToInt(dim -> extent(sharding, dim)).toArray();
    int[] begins = dims.stream().mapToInt(dim -> begin(sharding, dim, rank)).toArray();
    int[] index = new int[begins.length];
    return Array.of(
        dims,
        extents,
        local -> {
          for (int d = 0; d < begins.length; d++) {
            index[d] = begins[d] + local[d];
          }
          return whole.at(index);
        });
  }
}
