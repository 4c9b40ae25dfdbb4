package io.heddle.runtime.emit;

import io.heddle.plan.Exact;
import io.heddle.plan.mesh.Mesh;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** The rows of experts of one rank: how many come, and from whom, in each micro-batch and layer. */
public final class RankRows {
  private final List<ExpertRoute> routes;
  private final List<IntUnaryOperator> places;
  private final int[] own;

  /**
   * The rows of a rank.
   *
   * @param routes by their numbers
   */
  public RankRows(List<ExpertRoute> routes, Mesh mesh, int rank) {
    this.routes = routes;
    this.places = routes.stream().map(route -> mesh.coordinates(route.axes())).toList();
    this.own = places.stream().mapToInt(place -> place.applyAsInt(rank)).toArray();
  }

  /** Which part of the experts a rank has. */
  private int place(int route, int rank) {
    return places.get(route).applyAsInt(rank);
  }

  /** Rows of all experts of the rank. */
  long received(int route, int microBatch, int layer) {
    ExpertRoute of = routes.get(route);
    return of.shares().received(own[route], of.shares().draw(microBatch, layer));
  }

  /** Rows that go from this rank to the experts of another. */
  long to(int route, int peer, int microBatch, int layer) {
    ExpertRoute of = routes.get(route);
    return of.shares().between(own[route], place(route, peer), of.shares().draw(microBatch, layer));
  }

  /** Rows that come from another rank to the experts of this one. */
  long from(int route, int peer, int microBatch, int layer) {
    ExpertRoute of = routes.get(route);
    return of.shares().between(place(route, peer), own[route], of.shares().draw(microBatch, layer));
  }

  /** Rows that each rank sends to all experts together. */
  long sent(int route) {
    return routes.get(route).shares().sent();
  }

  /** Rows of which sizes are made. */
  long even(int route) {
    return routes.get(route).evenRows();
  }

  /** What so many rows come to, rounded up, where {@code even} of them come to {@code size}. */
  static long share(long size, long rows, long even) {
    return Math.addExact(
        Math.multiplyExact(size / even, rows),
        Exact.ceilDiv(Math.multiplyExact(size % even, rows), even));
  }
}
