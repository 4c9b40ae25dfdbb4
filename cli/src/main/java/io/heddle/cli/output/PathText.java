package io.heddle.cli.output;

import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.path.PathNode;
import io.heddle.runtime.path.PathSection;
import io.heddle.runtime.path.PathShare;
import io.heddle.runtime.path.PathStretch;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.trace.Direction;
import java.util.List;

/** The critical path of a step, for people. */
final class PathText {
  private static final int MOST_SHARES = 12;
  private static final int MOST_SECTIONS = 200;

  private PathText() {}

  /** The text, ending with a line break. */
  static String of(CriticalPath path, StepReport report) {
    if (path.notKept().isPresent()) {
      return "critical path: not known. " + path.notKept().get() + "\n";
    }
    double iteration = report.iterationSeconds() * 1e9;
    long ranks = path.nodes().stream().mapToInt(PathNode::rank).distinct().count();
    return "critical path: %s nodes on %s ranks\n\n"
            .formatted(Quantities.count(path.nodes().size()), Quantities.count(ranks))
        + shares(path.shares(), iteration)
        + "\n"
        + sections(path.sections(rank -> report.ranks().get(rank).stage()), iteration);
  }

  private static String shares(List<PathShare> shares, double iteration) {
    Table table = new Table().row(List.of("share", "time", "nodes", "what"));
    long restNodes = 0;
    long rest = 0;
    for (int i = 0; i < shares.size(); i++) {
      PathShare share = shares.get(i);
      if (i < MOST_SHARES) {
        table.row(share(share.nanos(), share.nodes(), share.name(), iteration));
      } else {
        restNodes += share.nodes();
        rest += share.nanos();
      }
    }
    if (restNodes > 0) {
      int others = shares.size() - MOST_SHARES;
      table.row(share(rest, restNodes, others + " others", iteration));
    }
    return table.textBehind();
  }

  private static List<String> share(long nanos, long nodes, String what, double iteration) {
    return List.of(
        Quantities.percent(nanos / iteration),
        Quantities.time((double) nanos, iteration),
        Quantities.count(nodes),
        what);
  }

  private static String sections(List<PathSection> sections, double iteration) {
    Table table =
        new Table().row(List.of("from", "stage", "pass", "times", "compute", "comm.", "where"));
    for (PathSection section : sections.subList(0, Math.min(MOST_SECTIONS, sections.size()))) {
      for (int place = 0; place < section.period(); place++) {
        table.row(row(section.at(place), iteration));
      }
    }
    int more = sections.size() - MOST_SECTIONS;
    return table.textBehind()
        + (more > 0 ? "… and " + Quantities.count(more) + " more; --json has all\n" : "");
  }

  private static List<String> row(List<PathStretch> same, double iteration) {
    PathStretch first = same.get(0);
    PathStretch last = same.get(same.size() - 1);
    long nanos = same.stream().mapToLong(PathStretch::nanos).sum();
    long compute = same.stream().mapToLong(PathStretch::compute).sum();
    return List.of(
        Quantities.time((double) first.issued(), iteration),
        String.valueOf(first.stage()),
        pass(first, last),
        same.size() + " x",
        Quantities.time((double) compute, iteration),
        Quantities.time((double) (nanos - compute), iteration),
        first.where());
  }

  private static String pass(PathStretch first, PathStretch last) {
    String direction = first.direction().prefix();
    if (first.direction() == Direction.STEP || first.microBatch() < 0) {
      return direction;
    }
    return direction
        + " mb"
        + first.microBatch()
        + (first.microBatch() == last.microBatch() ? "" : "-" + last.microBatch());
  }
}
