package io.heddle.processor.program;

import io.heddle.processor.model.Dim;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a tensor lies on the mesh: its type.
 *
 * @param split the axes that split each dimension, outermost first; dimensions that are whole are
 *     not in it
 * @param partial the axes over which the ranks' values must still be added
 */
public record Sharding(Map<Dim, List<String>> split, Set<String> partial) {
  /** Whole everywhere. */
  public static final Sharding WHOLE = new Sharding(Map.of(), Set.of());

  public Sharding {
    Map<Dim, List<String>> kept = new LinkedHashMap<>();
    split.forEach(
        (dim, axes) -> {
          if (!axes.isEmpty()) {
            kept.put(dim, List.copyOf(axes));
          }
        });
    split = java.util.Collections.unmodifiableMap(kept);
    partial = java.util.Collections.unmodifiableSet(new TreeSet<>(partial));
  }

  /** The axes that split the dimension. */
  public List<String> of(Dim dim) {
    return split.getOrDefault(dim, List.of());
  }

  /** Every axis that splits something. */
  public Set<String> splitAxes() {
    Set<String> axes = new LinkedHashSet<>();
    split.values().forEach(axes::addAll);
    return axes;
  }

  /** The same without what is still to be added. */
  public Sharding withoutPartial() {
    return new Sharding(split, Set.of());
  }

  /** The same with values still to be added over {@code axes}. */
  public Sharding withPartial(Collection<String> axes) {
    return new Sharding(split, Set.copyOf(axes));
  }

  /** The part of this that concerns {@code dims}; nothing is partial. */
  public Sharding restrictedTo(List<Dim> dims) {
    Map<Dim, List<String>> kept = new LinkedHashMap<>();
    for (Dim dim : dims) {
      kept.put(dim, of(dim));
    }
    return new Sharding(kept, Set.of());
  }

  /** The axes that split dimensions of this which are not among {@code dims}. */
  public Set<String> axesBeyond(List<Dim> dims) {
    Set<String> axes = new LinkedHashSet<>();
    split.forEach(
        (dim, list) -> {
          if (!dims.contains(dim)) {
            axes.addAll(list);
          }
        });
    return axes;
  }

  /** Number of elements on one rank of a tensor with {@code dims}. */
  public Size elements(List<Dim> dims) {
    List<Size> factors = new ArrayList<>();
    for (Dim dim : dims) {
      factors.add(new Size.Extent(dim, of(dim)));
    }
    return Size.product(factors);
  }

  /**
   * Bytes on one rank of a tensor with {@code dims}. Rows of experts are quantised along their last
   * dimension.
   */
  public Size bytes(List<Dim> dims, Size.Format format) {
    if (format != Size.Format.ROW) {
      return Size.product(elements(dims), new Size.ElementBytes(format));
    }
    int last = dims.size() - 1;
    return Size.product(
        elements(dims.subList(0, last)),
        new Size.Quantised(elements(dims.subList(last, last + 1)), Size.Quantity.EXCHANGES));
  }

  /** {@code [b/dp s/cp/tp h]}, with {@code +tp} behind it for what is partial over tp. */
  public String describe(List<Dim> dims) {
    StringBuilder text = new StringBuilder("[");
    String separator = "";
    for (Dim dim : dims) {
      text.append(separator).append(dim.name());
      of(dim).forEach(axis -> text.append('/').append(axis));
      separator = " ";
    }
    text.append(']');
    partial.forEach(axis -> text.append('+').append(axis));
    return text.toString();
  }
}
