package io.heddle.plan.mesh;

import java.util.List;

/**
 * A regrouping of axes: the ranks along {@code from}, numbered with the first axis as the most
 * significant digit, are read as coordinates along {@code to}, again the first most significant.
 *
 * @param from names of axes of the mesh
 * @param to axes with as many ranks together as {@code from}
 */
public record View(List<String> from, List<Axis> to) {
  public View {
    from = List.copyOf(from);
    to = List.copyOf(to);
  }
}
