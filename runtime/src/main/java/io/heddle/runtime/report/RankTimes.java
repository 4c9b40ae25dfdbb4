package io.heddle.runtime.report;

/**
 * The iteration of one rank by what its lanes did, ns, unsigned. Compute, exposed communication and
 * idle time add up to the iteration, which ends with the last rank.
 *
 * @param cycles tick at which its own last node was done
 * @param compute its compute lane was busy
 * @param communication a send or collective held its communication lane
 * @param exposedCommunication it did, and the compute lane was idle
 * @param idle neither
 */
public record RankTimes(
    int rank,
    int stage,
    long cycles,
    long compute,
    long communication,
    long exposedCommunication,
    long idle) {}
