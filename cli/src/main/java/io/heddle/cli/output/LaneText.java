package io.heddle.cli.output;

import io.heddle.plan.schedule.Action;
import io.heddle.runtime.timeline.LaneEntry;
import io.heddle.runtime.timeline.LaneTable;
import java.util.ArrayList;
import java.util.List;

/** What holds the communication lane of each stage, in its order, for people. */
public final class LaneText {
  private static final int WIDTH = 120;
  private static final int LONGEST_PERIOD = 24;
  private static final int MOST_RANGES = 6;

  private LaneText() {}

  /** The text, ending with a line break: a line for passes that are alike. */
  public static String of(List<LaneTable> stages, boolean chunks) {
    StringBuilder text = new StringBuilder();
    text.append(
        """

        communication lane, in its order; times are those for which it is held if nobody has to be waited for
        """);
    for (int stage = 0; stage < stages.size(); stage++) {
      LaneTable order = stages.get(stage);
      text.append("\nstage ").append(stage).append(", rank ").append(order.rank()).append('\n');
      int width = 0;
      for (LaneTable.Part part : order.parts()) {
        width = Math.max(width, passes(part, chunks).length());
      }
      for (LaneTable.Part part : order.parts()) {
        String passes = passes(part, chunks);
        text.append("  ").append(passes).append(" ".repeat(width - passes.length())).append("  ");
        wrap(text, pieces(part.entries()), width + 4);
      }
    }
    return text.toString();
  }

  private static void wrap(StringBuilder text, List<String> pieces, int indent) {
    int column = indent;
    String[] words = String.join(", ", pieces).split("(?<=,) ", -1);
    for (int i = 0; i < words.length; i++) {
      boolean fits = column + 1 + words[i].length() <= WIDTH;
      if (i > 0) {
        text.append(fits ? " " : "\n" + " ".repeat(indent));
        column = fits ? column + 1 : indent;
      }
      text.append(words[i]);
      column += words[i].length();
    }
    text.append('\n');
  }

  /** Entries, those that come again and again in the same order as one. */
  private static List<String> pieces(List<LaneEntry> entries) {
    List<String> words = entries.stream().map(LaneText::entry).toList();
    List<String> pieces = new ArrayList<>();
    int at = 0;
    while (at < words.size()) {
      int period = 1;
      int times = 1;
      for (int p = 1; p <= LONGEST_PERIOD && at + 2 * p <= words.size(); p++) {
        int repeats = repeats(words, at, p);
        if (repeats > 1 && p * repeats > period * times) {
          period = p;
          times = repeats;
        }
      }
      List<String> some = words.subList(at, at + period);
      if (times == 1) {
        pieces.add(some.get(0));
      } else {
        pieces.add("%,d x (%s)".formatted(times, String.join(", ", some)));
      }
      at += period * times;
    }
    return pieces.isEmpty() ? List.of("nothing") : pieces;
  }

  private static int repeats(List<String> words, int from, int period) {
    int end = from + period;
    while (end < words.size() && words.get(end).equals(words.get(end - period))) {
      end++;
    }
    return (end - from) / period;
  }

  private static String entry(LaneEntry entry) {
    String axes = String.join(".", entry.axes());
    String time = Quantities.time((double) entry.nanos());
    return switch (entry.use()) {
      case MODEL -> "%,d %s %s".formatted(entry.nodes(), axes, time);
      case MESSAGE -> "%,d %s messages %s".formatted(entry.nodes(), axes, time);
      case STAGE, GRADIENTS, WEIGHTS, STEP ->
          "%s %s %s".formatted(entry.operation(), Quantities.bytes(entry.bytes()), time);
    };
  }

  private static String passes(LaneTable.Part part, boolean chunks) {
    if (part.isStep()) {
      return "step";
    }
    List<String> ranges = new ArrayList<>();
    List<Action> actions = part.actions();
    int begin = 0;
    for (int i = 1; i <= actions.size(); i++) {
      boolean goesOn =
          i < actions.size() && actions.get(i).microBatch() - actions.get(i - 1).microBatch() == 1;
      if (!goesOn) {
        String first = ScheduleTable.pass(actions.get(begin), chunks);
        ranges.add(
            begin == i - 1
                ? first
                : first + " to " + ScheduleTable.pass(actions.get(i - 1), chunks));
        begin = i;
      }
    }
    int more = ranges.size() - MOST_RANGES;
    return more <= 0
        ? String.join(", ", ranges)
        : String.join(", ", ranges.subList(0, MOST_RANGES)) + ", … (%,d more)".formatted(more);
  }
}
