package io.heddle.runtime.verify;

import java.util.List;
import java.util.Optional;

/**
 * What is known of one rank's trace.
 *
 * @param skeleton absent where the trace cannot be run
 * @param openCommunication two nodes of the communication lane neither of which waits for the
 *     other, if there are any
 * @param openCompute the same of the compute lane
 * @param takesNoTime whether there is a node whose end nobody hears of
 * @param onlyARunTells whether AstraSim may fail at its end, which only a run with times tells
 * @param earlyReceives receives that wait for nothing
 */
record CheckedRank(
    FindingCollector findings,
    long nodes,
    Optional<Skeleton> skeleton,
    List<Finding.Node> openCommunication,
    List<Finding.Node> openCompute,
    boolean takesNoTime,
    boolean onlyARunTells,
    int earlyReceives) {

  /** A trace that cannot be run. */
  static CheckedRank refused(FindingCollector findings, long nodes) {
    return new CheckedRank(
        findings, nodes, Optional.empty(), List.of(), List.of(), false, false, 0);
  }

  /** The same without the skeleton, which takes most of the memory. */
  CheckedRank withoutSkeleton() {
    return new CheckedRank(
        findings,
        nodes,
        Optional.empty(),
        openCommunication,
        openCompute,
        takesNoTime,
        onlyARunTells,
        earlyReceives);
  }

  /** Whether it depends on time in which order the communication lane is used. */
  boolean timeDecides() {
    return takesNoTime || !openCommunication.isEmpty();
  }
}
