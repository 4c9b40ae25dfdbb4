package io.heddle.runtime.simulate;

import io.heddle.runtime.simulate.collective.Collectives;
import io.heddle.runtime.simulate.workload.RankWorkload;
import java.util.ArrayList;
import java.util.List;

/** Why ranks have not finished though nothing is left to happen. */
final class Diagnosis {
  private final RankWorkload[] ranks;

  Diagnosis(RankWorkload[] ranks, Collectives collectives) {
    this.ranks = ranks;
  }

  /** One finding a line; none if all ranks finished. */
  List<String> findings() {
    List<String> findings = new ArrayList<>();
    for (RankWorkload rank : ranks) {
      if (!rank.finished()) {
        findings.add("rank " + rank.rank() + " has not finished");
      }
    }
    return findings;
  }
}
