package io.heddle.cli.html;

import io.heddle.cli.html.StackedBars.Part;
import io.heddle.cli.output.Quantities;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.path.PathShare;
import java.util.ArrayList;
import java.util.List;

/** What the critical path consists of, as bars: the longest parts, and the rest together. */
final class PathBars {
  private static final int MOST_BARS = 20;

  private PathBars() {}

  /** The bars; none if the path was not kept. */
  static List<Picture> of(CriticalPath path) {
    List<PathShare> shares = path.shares();
    if (shares.isEmpty()) {
      return List.of();
    }
    List<PathShare> shown = shares.subList(0, Math.min(MOST_BARS, shares.size()));
    List<PathShare> rest = shares.subList(shown.size(), shares.size());
    List<String> rows = new ArrayList<>();
    List<Double> compute = new ArrayList<>();
    List<Double> communication = new ArrayList<>();
    for (PathShare share : shown) {
      boolean isCommunication = share.communication().isPresent();
      rows.add(share.communication().map(CommunicationBars::name).orElse(share.operation()));
      compute.add(isCommunication ? 0 : Ticks.of(share.nanos()));
      communication.add(isCommunication ? Ticks.of(share.nanos()) : 0);
    }
    if (!rest.isEmpty()) {
      rows.add("%,d others".formatted(rest.size()));
      compute.add(sum(rest, false));
      communication.add(sum(rest, true));
    }
    return List.of(
        new StackedBars(
            "critical-path",
            "Critical path",
            "The chain of %s nodes that decided when the step ended, each of which could not begin before the one before it was done: kernels by block and operation, communication by axes and kind."
                .formatted(Quantities.count(path.nodes().size())),
            "part",
            rows,
            List.of(new Part("compute", compute), new Part("communication", communication)),
            Unit.NANOSECONDS));
  }

  private static double sum(List<PathShare> shares, boolean communication) {
    return shares.stream()
        .filter(share -> share.communication().isPresent() == communication)
        .mapToDouble(share -> Ticks.of(share.nanos()))
        .sum();
  }
}
