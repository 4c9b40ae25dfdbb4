package io.heddle.cli.html;

import io.heddle.cli.html.StackedBars.Part;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.report.MeanCommunicationTime;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.trace.Traffic;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was communicated by axes and kind, in time and in bytes, as bars. */
final class CommunicationBars {
  private CommunicationBars() {}

  /** Times of each kind, if who simulated tells them; else nothing. */
  static List<Picture> times(StepReport report) {
    List<MeanCommunicationTime> times = report.communications();
    if (times.isEmpty()) {
      return List.of();
    }
    return List.of(
        new StackedBars(
            "communication-time",
            "Communication by axes and kind",
            "How long it held the communication lane of a rank, mean over all ranks; exposed is"
                + " what the rank computed nothing beside.",
            "communication",
            times.stream().map(time -> name(time.what())).toList(),
            List.of(
                new Part("exposed", times.stream().map(MeanCommunicationTime::exposed).toList()),
                new Part(
                    "hidden behind compute",
                    times.stream()
                        .map(time -> Math.max(0, time.busy() - time.exposed()))
                        .toList())),
            Unit.NANOSECONDS));
  }

  /** Axes as the plan calls them, and the kind in words. */
  static String name(Communication what) {
    return what.axesName() + " " + words(what.kind());
  }

  private static String words(String name) {
    return name.replace('_', '-').toLowerCase(Locale.ROOT);
  }

  /** Bytes of each kind; nothing where none are communicated. */
  static List<Picture> bytes(StepReport report) {
    StepCounts counts = report.counts();
    List<String> rows = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (Traffic traffic : counts.traffic()) {
      rows.add(String.join(".", traffic.axes()) + " " + words(traffic.collective().name()));
      values.add(traffic.bytes().doubleValue());
    }
    add(rows, values, "messages within groups", counts.sentInGroupsBytes());
    add(
        rows,
        values,
        "messages from stage to stage",
        counts.sentBytes().subtract(counts.sentInGroupsBytes()));
    return rows.isEmpty()
        ? List.of()
        : List.of(
            new StackedBars(
                "communication-bytes",
                "Bytes that are communicated",
                "Of all ranks: of an all-gather each member's own shard, of the other collectives"
                    + " each member's whole tensor; messages at the sender.",
                "communication",
                rows,
                List.of(new Part("bytes", values)),
                Unit.BYTES));
  }

  private static void add(List<String> rows, List<Double> values, String name, BigInteger bytes) {
    if (bytes.signum() > 0) {
      rows.add(name);
      values.add(bytes.doubleValue());
    }
  }
}
