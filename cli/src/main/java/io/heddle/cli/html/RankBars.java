package io.heddle.cli.html;

import io.heddle.cli.html.StackedBars.Part;
import io.heddle.cli.output.Quantities;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StepReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What ranks did in the iteration, as bars. Ranks of a stage whose times differ by half a percent
 * of the iteration at most are one bar; where that leaves too many, all ranks of a stage are, and
 * of very many stages several.
 */
final class RankBars {
  /** What begins the name of exposed communication. */
  static final String EXPOSED = "exposed ";

  private static final int MOST_BARS = 48;
  private static final double LIKENESS = 0.005;

  private final StepReport report;
  private final double iteration;

  private RankBars(StepReport report) {
    this.report = report;
    this.iteration = Ticks.of(report.iterationNanos());
  }

  static Picture of(StepReport report) {
    return new RankBars(report).figure();
  }

  /** Ranks that are one bar. */
  private record Fold(String name, List<RankTimes> ranks) {
    double mean(ToDoubleFunction<RankTimes> time) {
      return ranks.stream().mapToDouble(time).sum() / ranks.size();
    }
  }

  private Picture figure() {
    List<Fold> folds = alike();
    String how = "Ranks of a stage whose times are alike are one bar, their mean.";
    if (folds.size() > MOST_BARS) {
      folds = stages();
      how = "Means over the ranks of a stage";
      how += folds.size() < report.stages().size() ? ", or of several." : ".";
      folds.add(one("computes longest", RankTimes::compute));
      folds.add(one("computes shortest", rank -> -rank.compute()));
      how += " The last two are single ranks.";
    }
    List<Fold> shown = List.copyOf(folds);
    List<Part> parts = new ArrayList<>();
    parts.add(part("compute", shown, rank -> Ticks.of(rank.compute())));
    if (report.tellsLanes()) {
      for (String axes : exposedAxes()) {
        parts.add(part(EXPOSED + axes, shown, rank -> exposed(rank, axes)));
      }
      parts.add(part("idle", shown, rank -> Ticks.of(rank.idle().orElseThrow())));
    } else {
      parts.add(part("communication or idle", shown, rank -> iteration - Ticks.of(rank.compute())));
    }
    return new StackedBars(
        "ranks",
        "Where the time went",
        "The iteration of a rank: what it computed, communication beside which it computed nothing,"
            + " by the axes that communicate, and the time in which it did neither. "
            + how,
        "ranks",
        shown.stream().map(Fold::name).toList(),
        parts,
        Unit.NANOSECONDS,
        OptionalDouble.empty(),
        "",
        OptionalDouble.of(iteration));
  }

  private static Part part(String name, List<Fold> folds, ToDoubleFunction<RankTimes> time) {
    return new Part(name, folds.stream().map(fold -> fold.mean(time)).toList());
  }

  private Set<String> exposedAxes() {
    Set<String> names = new LinkedHashSet<>();
    for (RankTimes rank : report.ranks()) {
      for (CommunicationTime time : rank.communications()) {
        if (time.exposed() != 0) {
          names.add(time.what().axesName());
        }
      }
    }
    return names;
  }

  private static double exposed(RankTimes rank, String axes) {
    return rank.communications().stream()
        .filter(time -> time.what().axesName().equals(axes))
        .mapToDouble(time -> Ticks.of(time.exposed()))
        .sum();
  }

  private List<Fold> alike() {
    List<List<RankTimes>> alike = new ArrayList<>();
    for (RankTimes rank : report.ranks()) {
      Optional<List<RankTimes>> others =
          alike.stream().filter(ranks -> isLike(ranks.get(0), rank)).findFirst();
      if (others.isPresent()) {
        others.get().add(rank);
      } else if (alike.size() <= MOST_BARS) {
        alike.add(new ArrayList<>(List.of(rank)));
      }
    }
    return alike.stream()
        .sorted(Comparator.comparingInt(ranks -> ranks.get(0).stage()))
        .map(ranks -> new Fold(name(ranks), ranks))
        .toList();
  }

  private boolean isLike(RankTimes first, RankTimes rank) {
    return first.stage() == rank.stage()
        && isNear(first.compute(), rank.compute())
        && isNear(first.exposedCommunication().orElse(0), rank.exposedCommunication().orElse(0));
  }

  private boolean isNear(long nanos, long others) {
    return Math.abs(Ticks.of(nanos) - Ticks.of(others)) <= LIKENESS * iteration;
  }

  private String name(List<RankTimes> ranks) {
    RankTimes first = ranks.get(0);
    RankTimes last = ranks.get(ranks.size() - 1);
    String which;
    if (ranks.size() == 1) {
      which = "rank " + first.rank();
    } else if (last.rank() - first.rank() == ranks.size() - 1) {
      which = "ranks %d-%d".formatted(first.rank(), last.rank());
    } else {
      which =
          "%s of ranks %d-%d".formatted(Quantities.count(ranks.size()), first.rank(), last.rank());
    }
    return report.stages().size() == 1 ? which : "stage %d, %s".formatted(first.stage(), which);
  }

  private List<Fold> stages() {
    int stages = report.stages().size();
    int together = (stages + MOST_BARS - 1) / MOST_BARS;
    List<Fold> folds = new ArrayList<>();
    for (int from = 0; from < stages; from += together) {
      int begin = from;
      int end = Math.min(stages, from + together);
      List<RankTimes> ranks =
          report.ranks().stream()
              .filter(rank -> rank.stage() >= begin && rank.stage() < end)
              .toList();
      String name = together == 1 ? "stage " + begin : "stages %d-%d".formatted(begin, end - 1);
      folds.add(new Fold("%s, %s ranks".formatted(name, Quantities.count(ranks.size())), ranks));
    }
    return folds;
  }

  private Fold one(String what, ToDoubleFunction<RankTimes> most) {
    RankTimes rank = report.ranks().stream().max(Comparator.comparingDouble(most)).orElseThrow();
    return new Fold("rank %d, %s".formatted(rank.rank(), what), List.of(rank));
  }
}
