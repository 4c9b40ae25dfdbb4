package io.heddle.plan.mesh;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * A dimension of a tensor, and the axes that split it into equal parts.
 *
 * @param size of the dimension, without padding
 * @param padded what is split: a multiple of the ranks along the axes, not below {@code size}
 * @param axes of the mesh or of views, outermost first; none where the dimension is whole
 */
public record AxisSplit(long size, long padded, List<String> axes) {
  public AxisSplit {
    axes = List.copyOf(axes);
  }

  /** The part of each rank of a mesh, which is empty where a rank has padding only. */
  public IntFunction<Interval> parts(Mesh mesh) {
    long each = padded / axes.stream().mapToLong(mesh::size).reduce(1, Math::multiplyExact);
    IntUnaryOperator place = mesh.coordinates(axes);
    return rank -> {
      long begin = Math.min(size, place.applyAsInt(rank) * each);
      return new Interval(begin, Math.min(size, begin + each));
    };
  }
}
