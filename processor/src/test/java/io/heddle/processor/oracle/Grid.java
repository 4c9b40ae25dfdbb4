package io.heddle.processor.oracle;

import io.heddle.processor.local.Sharding;
import io.heddle.processor.model.Dim;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ranks on a mesh, and which part of a tensor each holds. */
public final class Grid {
  private final Map<String, Integer> axes;
  private final Map<Dim, Integer> sizes;
  private final int ranks;

  /**
   * A mesh for tensors of given sizes.
   *
   * @param axes outermost first
   * @param sizes of whole dimensions
   */
  public Grid(Map<String, Integer> axes, Map<Dim, Integer> sizes) {
    this.axes = new LinkedHashMap<>(axes);
    this.sizes = new LinkedHashMap<>(sizes);
    this.ranks = axes.values().stream().reduce(1, (a, b) -> a * b);
  }

  /** Number of ranks. */
  public int ranks() {
    return ranks;
  }

  /** Size of the axis. */
  public int size(String axis) {
    return axes.getOrDefault(axis, 1);
  }

  /** Size of the whole dimension. */
  public int size(Dim dim) {
    return sizes.getOrDefault(dim, 0);
  }

  /** Place of the rank along an axis. */
  public int coordinate(int rank, String axis) {
    return rank / stride(axis) % size(axis);
  }

  private int stride(String axis) {
    int stride = 1;
    boolean inside = false;
    for (Map.Entry<String, Integer> entry : axes.entrySet()) {
      if (inside) {
        stride *= entry.getValue();
      }
      inside |= entry.getKey().equals(axis);
    }
    return stride;
  }

  /** All ranks that differ from this one only along {@code along}. */
  public List<Integer> group(int rank, Collection<String> along) {
    List<Integer> members = new ArrayList<>();
    for (int other = 0; other < ranks; other++) {
      boolean member = true;
      for (String axis : axes.keySet()) {
        member &= along.contains(axis) || coordinate(rank, axis) == coordinate(other, axis);
      }
      if (member) {
        members.add(other);
      }
    }
    return members;
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
    int part = 0;
    for (String axis : sharding.of(dim)) {
      part = part * size(axis) + coordinate(rank, axis);
    }
    return part * extent(sharding, dim);
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
