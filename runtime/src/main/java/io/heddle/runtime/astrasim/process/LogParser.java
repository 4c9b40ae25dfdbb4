package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.simulate.RankResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what AstraSim prints, line by line; ranks finish in any order and are told apart by their
 * ids. Memory is that of the ranks, whatever the lines say. Any thread may ask at any time.
 */
final class LogParser {
  private static final String FINISHED = "[workload] [info] sys[";
  private static final String STATISTIC = "[statistics] [info] sys[";
  private static final String LAST_LINE = "[system] [warning] Exiting";
  private static final String RANK_HAS_FINISHED = "] finished, ";

  private static final Pattern FINISHED_LINE =
      Pattern.compile(
          "\\Q"
              + FINISHED
              + "\\E(\\d{1,9})] finished, (\\d{1,20}) cycles, exposed communication (\\d{1,20})"
              + " cycles\\.");

  private static final Pattern STATISTIC_LINE =
      Pattern.compile("\\Q" + STATISTIC + "\\E(\\d{1,9})], ([^:]{1,60}): (\\S{1,40})");

  private static final Pattern PEAK_LINE =
      Pattern.compile(
          "\\Q" + FINISHED + "\\E(\\d{1,9})] peak memory usage: (\\d{1,25}\\.\\d\\d [KMGT]?B)");

  private final int ranks;
  private final Utterances said;
  private final RankProgress progress;
  private final @Nullable ReportedRank[] reported;
  private int finished;
  private boolean exiting;
  private @Nullable String garbled;

  /**
   * @param said hears what AstraSim complains of
   */
  LogParser(int ranks, Utterances said, RankProgress progress) {
    this.ranks = ranks;
    this.said = said;
    this.progress = progress;
    this.reported = new ReportedRank[ranks];
  }

  /**
   * Takes a line.
   *
   * @param ended false where the output stops within it
   */
  synchronized void line(String line, boolean ended) {
    String text = withoutTime(line);
    if (text.startsWith(FINISHED)) {
      finished(text, ended);
    } else if (text.startsWith(STATISTIC)) {
      statistic(text);
    } else if (text.startsWith(LAST_LINE)) {
      exiting = true;
    } else if (!text.startsWith("[") || text.contains("[critical]") || text.contains("[error]")) {
      said.add(text);
    }
  }

  /** A line begins with the time of day in brackets, if it is not of a recorded log. */
  private static String withoutTime(String line) {
    boolean timed = line.length() > 1 && line.charAt(0) == '[' && line.charAt(1) <= '9';
    int end = timed ? line.indexOf("] ") : -1;
    return end < 0 ? line : line.substring(end + 2);
  }

  private void finished(String text, boolean ended) {
    Matcher peak = PEAK_LINE.matcher(text);
    if (peak.matches()) {
      int rank = Integer.parseInt(peak.group(1));
      ReportedRank of = rank < ranks ? reported[rank] : null;
      if (of != null) {
        of.peak(peak.group(2));
      }
      return;
    }
    Matcher matcher = FINISHED_LINE.matcher(text);
    if (!matcher.matches()) {
      if (ended && text.contains(RANK_HAS_FINISHED)) {
        garble(text);
      }
      return;
    }
    int rank = Integer.parseInt(matcher.group(1));
    Optional<ReportedRank> now =
        rank < ranks ? ReportedRank.of(rank, matcher.group(2), matcher.group(3)) : Optional.empty();
    if (now.isEmpty()) {
      garble(text);
      return;
    }
    ReportedRank before = reported[rank];
    if (before == null) {
      reported[rank] = now.get();
      progress.finished(++finished, ranks);
    } else if (!before.sameTimes(now.get())) {
      garble(text);
    }
  }

  private void statistic(String text) {
    Matcher matcher = STATISTIC_LINE.matcher(text);
    if (matcher.matches()) {
      int rank = Integer.parseInt(matcher.group(1));
      ReportedRank of = rank < ranks ? reported[rank] : null;
      if (of != null) {
        of.statistic(matcher.group(2), matcher.group(3));
      }
    }
  }

  private void garble(String text) {
    if (garbled == null) {
      garbled = Utterances.printable(text);
    }
  }

  int ranks() {
    return ranks;
  }

  /** Whether there is a line of each rank. */
  synchronized boolean complete() {
    return finished == ranks;
  }

  /** Whether AstraSim came to the end of its own program. */
  synchronized boolean exiting() {
    return exiting;
  }

  /** The first line that cannot be of this run. */
  synchronized Optional<String> garbled() {
    return Optional.ofNullable(garbled);
  }

  /** Results of the ranks that finished, in order of rank. */
  synchronized List<RankResult> results() {
    List<RankResult> results = new ArrayList<>(finished);
    for (ReportedRank rank : reported) {
      if (rank != null) {
        results.add(rank.result());
      }
    }
    return results;
  }
}
