package io.heddle.runtime.simulate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a simulation came to.
 *
 * @param ranks those that finished, in order of rank
 * @param diagnosis why not all did: one finding a line; empty where the status is {@link Status#OK}
 * @param nodes trace nodes that were done
 * @param messages that left
 * @param bytes of these messages
 * @param mostPending most trace nodes that all ranks together held unfinished in memory
 */
public record SimulationResult(
    Status status,
    List<RankResult> ranks,
    List<String> diagnosis,
    long nodes,
    long messages,
    long bytes,
    long mostPending) {

  /** How a simulation ended. */
  public enum Status {
    /** Every rank finished. */
    OK,
    /** Some rank waits for what cannot come. */
    STALLED,
    /** An input cannot be simulated. */
    ERROR;

    /** As a machine-readable word. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public SimulationResult {
    ranks = List.copyOf(ranks);
    diagnosis = List.copyOf(diagnosis);
  }

  /** Cycles of the rank that finished last, ns, unsigned. */
  public long maxCycles() {
    long most = 0;
    for (RankResult rank : ranks) {
      if (Long.compareUnsigned(rank.cycles(), most) > 0) {
        most = rank.cycles();
      }
    }
    return most;
  }

  /** Result of a rank, if it finished. */
  public Optional<RankResult> rank(int rank) {
    return ranks.stream().filter(result -> result.rank() == rank).findFirst();
  }
}
