package io.heddle.cli.step;

import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.report.RanksByColour;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.ChromeTrace.Shown;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The ranks that a timeline shows, with those that ran for them. */
final class ShownRanks {
  private final Groups groups;
  private final RanksByColour ranks;

  private ShownRanks(Flattener flattener, StepReport report) {
    this.groups = flattener.groups();
    this.ranks = RanksByColour.of(report.ranks());
  }

  /**
   * Chosen ranks.
   *
   * @param chosen where it is empty, one for all that are alike
   */
  static List<Shown> of(Flattener flattener, StepReport report, Set<Integer> chosen) {
    ShownRanks shown = new ShownRanks(flattener, report);
    return chosen.isEmpty() ? shown.standIns() : chosen.stream().map(shown::of).toList();
  }

  private List<Shown> standIns() {
    List<Shown> shown = new ArrayList<>();
    for (RanksByColour.Alike alike : ranks.alike()) {
      int rank = alike.times().rank();
      String name =
          alike.ranks() == 1
              ? "rank " + rank
              : "rank %d and %,d like it".formatted(rank, alike.ranks() - 1);
      shown.add(new Shown(rank, rank, name, id -> id));
    }
    return shown;
  }

  private Shown of(int rank) {
    int standIn = ranks.alike().get(ranks.colour(rank)).times().rank();
    return new Shown(rank, standIn, "rank " + rank, id -> groupOf(rank, id));
  }

  /** The group of a rank that is like one of the rank that ran for it. */
  private int groupOf(int rank, int id) {
    if (!groups.hasId(id)) {
      return id;
    }
    PartedRanks parted = groups.parted().get(groups.partedOf(id));
    return parted.id(parted.groupOf(rank));
  }
}
