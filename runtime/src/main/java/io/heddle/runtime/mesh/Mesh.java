package io.heddle.runtime.mesh;

import java.util.List;

/**
 * The ranks as a grid. A rank's number is the mixed-radix number of its coordinates, the first axis
 * being the most significant digit: ranks that differ only in the last axis are neighbours.
 */
public final class Mesh {
  private final List<Axis> axes;
  private final int[] strides;
  private final int ranks;

  /**
   * @param axes outermost to innermost, as the plan's {@code layout} says
   * @throws ArithmeticException if there are more than 2^31 - 1 ranks
   */
  public Mesh(List<Axis> axes) {
    this.axes = List.copyOf(axes);
    this.strides = new int[axes.size()];
    int stride = 1;
    for (int i = axes.size() - 1; i >= 0; i--) {
      strides[i] = stride;
      stride = Math.multiplyExact(stride, axes.get(i).size());
    }
    this.ranks = stride;
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

  /** Size of the axis; an axis that the mesh does not have counts as 1. */
  public int size(String axis) {
    int index = indexOf(axis);
    return index < 0 ? 1 : axes.get(index).size();
  }

  /** Coordinate of the rank along the axis at {@code index} of {@link #axes()}. */
  public int coordinate(int rank, int index) {
    return rank / strides[index] % axes.get(index).size();
  }

  /** Difference of rank numbers between neighbours along the axis at {@code index}. */
  public int stride(int index) {
    return strides[index];
  }
}
