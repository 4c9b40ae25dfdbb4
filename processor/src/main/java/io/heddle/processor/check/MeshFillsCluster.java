package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.PlannedCluster;

/** The mesh has as many ranks as the cluster, two at least. */
final class MeshFillsCluster implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    PlannedCluster cluster = subject.numbers().cluster();
    long ranks = subject.numbers().axes().values().stream().reduce(1L, MeshFillsCluster::saturated);
    long places =
        cluster.networks().stream()
            .map(PlannedCluster.Network::size)
            .reduce(1L, MeshFillsCluster::saturated);
    if (ranks != places) {
      diagnostics
          .report(Code.MESH_SIZE, cluster.span(), ranks, cluster.name(), places)
          .note(
              subject.plan().layout().get(0).span(),
              "the mesh is %s"
                  .formatted(
                      String.join(
                          " x ",
                          subject.numbers().axes().entrySet().stream()
                              .map(axis -> axis.getKey() + " = " + axis.getValue())
                              .toList())))
          .help("change the mesh or the size of the cluster so that both have as many ranks")
          .add();
    } else if (ranks > MAX_RANKS) {
      diagnostics.report(Code.TOO_MANY_RANKS, cluster.span(), ranks, MAX_RANKS).add();
    } else if (ranks < 2) {
      boolean serves = subject.plan().inference() != null;
      diagnostics
          .report(serves ? Code.ONE_RANK_SERVES : Code.ONE_RANK, cluster.span())
          .help("AstraSim simulates two ranks and more")
          .add();
    }
  }

  /** More than this is no cluster that anybody plans. */
  private static final long MAX_RANKS = 1 << 20;

  private static long saturated(long a, long b) {
    return a > Long.MAX_VALUE / Math.max(1, b) ? Long.MAX_VALUE : a * b;
  }
}
