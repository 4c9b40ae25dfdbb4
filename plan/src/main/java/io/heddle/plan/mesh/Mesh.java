package io.heddle.plan.mesh;

import io.heddle.plan.marker.Api;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * The ranks as a grid. A rank's number is the mixed-radix number of its coordinates, the first axis
 * being the most significant digit: ranks that differ only in the last axis are neighbours.
 */
@Api
public final class Mesh {
  private final List<Axis> axes;
  private final List<View> views;
  private final int[] strides;
  private final int ranks;

  /**
   * @param axes outermost to innermost, as the plan's {@code layout} says
   * @throws ArithmeticException if there are more than 2^31 - 1 ranks
   */
  public Mesh(List<Axis> axes) {
    this(axes, List.of());
  }

  /**
   * A mesh some of whose axes are regrouped.
   *
   * @throws IllegalArgumentException if a view has not as many ranks as the axes it regroups
   */
  public Mesh(List<Axis> axes, List<View> views) {
    this.axes = List.copyOf(axes);
    this.views = List.copyOf(views);
    this.strides = new int[axes.size()];
    int stride = 1;
    for (int i = axes.size() - 1; i >= 0; i--) {
      strides[i] = stride;
      stride = Math.multiplyExact(stride, axes.get(i).size());
    }
    this.ranks = stride;
    for (View view : views) {
      long from = view.from().stream().mapToLong(this::size).reduce(1, Math::multiplyExact);
      long to = view.to().stream().mapToLong(Axis::size).reduce(1, Math::multiplyExact);
      if (from != to) {
        throw new IllegalArgumentException(
            "a view reads " + from + " ranks along " + view.from() + " as " + to);
      }
    }
  }

  /** The axes, outermost to innermost. */
  public List<Axis> axes() {
    return axes;
  }

  /** Number of ranks: the product of the axes. */
  public int ranks() {
    return ranks;
  }

  /** Position of the axis in {@link #axes()}, or -1 where the mesh has no such axis. */
  public int indexOf(String axis) {
    for (int i = 0; i < axes.size(); i++) {
      if (axes.get(i).name().equals(axis)) {
        return i;
      }
    }
    return -1;
  }

  /** Size of an axis of the mesh or of a view; any other axis counts as 1. */
  public int size(String axis) {
    int index = indexOf(axis);
    if (index >= 0) {
      return axes.get(index).size();
    }
    return views.stream()
        .flatMap(view -> view.to().stream())
        .filter(to -> to.name().equals(axis))
        .mapToInt(Axis::size)
        .findFirst()
        .orElse(1);
  }

  /** Coordinate of the rank along the axis at {@code index} of {@link #axes()}. */
  public int coordinate(int rank, int index) {
    return rank / strides[index] % axes.get(index).size();
  }

  /** Difference of rank numbers between neighbours along the axis at {@code index}. */
  public int stride(int index) {
    return strides[index];
  }

  /**
   * The axes with which groups along {@code wanted} are described: those of the mesh, but where an
   * axis of a view is wanted that view's instead of those it regroups.
   */
  List<Axis> axesFor(List<String> wanted) {
    List<Axis> described = new ArrayList<>(axes);
    for (View view : views) {
      if (view.to().stream().anyMatch(axis -> wanted.contains(axis.name()))) {
        int place = described.stream().map(Axis::name).toList().indexOf(view.from().get(0));
        described.removeIf(axis -> view.from().contains(axis.name()));
        described.addAll(Math.min(Math.max(place, 0), described.size()), view.to());
      }
    }
    return described;
  }

  /** Coordinate of the rank along an axis of the mesh or of a view. */
  public int coordinate(int rank, String axis) {
    int index = indexOf(axis);
    return index >= 0 ? coordinate(rank, index) : along(axis).of(rank);
  }

  /**
   * Reads the coordinates of ranks along axes of the mesh or of views as one number.
   *
   * @param wanted the most significant first; of none the number is 0
   */
  public IntUnaryOperator coordinates(List<String> wanted) {
    Coordinate[] all = wanted.stream().map(this::along).toArray(Coordinate[]::new);
    return rank -> {
      int number = 0;
      for (Coordinate each : all) {
        number = number * each.size() + each.of(rank);
      }
      return number;
    };
  }

  /** How to read the coordinate of ranks along an axis of the mesh or of a view. */
  Coordinate along(String axis) {
    int index = indexOf(axis);
    if (index >= 0) {
      int size = axes.get(index).size();
      return new Coordinate(new int[] {strides[index]}, new int[] {size}, 1, size);
    }
    for (View view : views) {
      int stride = 1;
      for (int i = view.to().size() - 1; i >= 0; i--) {
        Axis to = view.to().get(i);
        if (to.name().equals(axis)) {
          int[] indices = view.from().stream().mapToInt(this::indexOf).toArray();
          return new Coordinate(
              Arrays.stream(indices).map(from -> strides[from]).toArray(),
              Arrays.stream(indices).map(from -> axes.get(from).size()).toArray(),
              stride,
              to.size());
        }
        stride *= to.size();
      }
    }
    throw new IllegalArgumentException("no axis " + axis);
  }

  /**
   * The rank that has this coordinate along an axis of the mesh or of a view, and else the same.
   */
  int moved(int rank, String axis, int coordinate) {
    int index = indexOf(axis);
    if (index >= 0) {
      return rank + (coordinate - coordinate(rank, index)) * strides[index];
    }
    for (View view : views) {
      int stride = 1;
      for (int i = view.to().size() - 1; i >= 0; i--) {
        Axis to = view.to().get(i);
        if (to.name().equals(axis)) {
          int number = regrouped(rank, view);
          return placed(rank, view, number + (coordinate - number / stride % to.size()) * stride);
        }
        stride *= to.size();
      }
    }
    throw new IllegalArgumentException("no axis " + axis);
  }

  /** The rank with this number in a view, and else the coordinates of {@code rank}. */
  private int placed(int rank, View view, int number) {
    int placed = rank;
    int rest = number;
    for (int i = view.from().size() - 1; i >= 0; i--) {
      int index = indexOf(view.from().get(i));
      int size = axes.get(index).size();
      placed += (rest % size - coordinate(rank, index)) * strides[index];
      rest /= size;
    }
    return placed;
  }

  private int regrouped(int rank, View view) {
    int number = 0;
    for (String axis : view.from()) {
      int index = indexOf(axis);
      number = number * axes.get(index).size() + coordinate(rank, index);
    }
    return number;
  }
}
