package io.heddle.cli.output;

import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Phases;
import io.heddle.plan.schedule.TimeSlots.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A pipeline schedule for people: a row for each stage, a column for each slot of time. */
public final class ScheduleTable {
  /** Slots that are always drawn in full. */
  private static final int FEW = 48;

  private static final int MOST_AT_AN_END = 56;

  private final DrawnSchedule drawn;
  private final int atEachEnd;
  private final boolean abbreviated;
  private int width = 1;

  private ScheduleTable(DrawnSchedule drawn) {
    this.drawn = drawn;
    int slots = drawn.slots().slots();
    int places = drawn.slots().stages().size() * drawn.chunks();
    this.atEachEnd = Math.min(MOST_AT_AN_END, 8 + 2 * places);
    this.abbreviated = slots > FEW && slots > 2 * atEachEnd;
    for (List<Slot> stage : drawn.slots().stages()) {
      for (Slot slot : stage) {
        if (column(slot.at()) >= 0) {
          width = Math.max(width, text(slot.action()).length());
        }
      }
    }
  }

  /** The text, ending with a line break. */
  public static String of(DrawnSchedule drawn) {
    return new ScheduleTable(drawn).text();
  }

  private String text() {
    int stages = drawn.slots().stages().size();
    List<String> rows = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      rows.add(row(stage, drawn.phases(stage)));
    }
    String title = " slots 0 to " + Quantities.count(drawn.slots().slots() - 1);
    int more = Math.max(0, rows.get(0).length() - title.length());
    Table table = new Table();
    table.row(
        List.of("stage", "in flight", "warm-up", "steady", "cool-down", title + " ".repeat(more)));
    for (int stage = 0; stage < stages; stage++) {
      Phases phases = drawn.phases(stage);
      table.row(
          List.of(
              String.valueOf(stage),
              Quantities.count(drawn.mostInFlight(stage)),
              Quantities.count(phases.warmUp()),
              Quantities.count(phases.steady()),
              Quantities.count(phases.coolDown()),
              rows.get(stage)));
    }
    return head() + table.text().replaceAll("(?m) +$", "");
  }

  private String head() {
    int stages = drawn.slots().stages().size();
    String weights = drawn.splitsBackward() ? " of inputs, W of weights" : "";
    String beside = drawn.hasSideBySide() ? "; & is side by side with the next" : "";
    String number = drawn.chunks() > 1 ? "micro-batch.chunk" : "micro-batch";
    return """
    plan %s of %s: %s, %s stages, %s micro-batches
    F forward, B backward%s, with %s; each takes one slot, messages none%s
    | ends warm-up (forward only) and steady state

    """
        .formatted(
            drawn.plan(),
            drawn.model(),
            drawn.schedule(),
            Quantities.count(stages),
            Quantities.count(drawn.pipeline().microBatches()),
            weights,
            number,
            beside);
  }

  /** The column in which a slot is drawn; -1 if it is left out. */
  private int column(int at) {
    int fromEnd = drawn.slots().slots() - at;
    if (!abbreviated || at < atEachEnd) {
      return at;
    }
    return fromEnd <= atEachEnd ? 2 * atEachEnd - fromEnd : -1;
  }

  private String row(int stage, Phases phases) {
    List<Slot> slots = drawn.slots().stages().get(stage);
    String[] cells = new String[abbreviated ? 2 * atEachEnd : drawn.slots().slots()];
    Arrays.fill(cells, " .");
    for (int i = 0; i < slots.size(); i++) {
      int column = column(slots.get(i).at());
      if (column >= 0) {
        boolean begins = i == phases.warmUp() || i == phases.warmUp() + phases.steady();
        cells[column] = (begins ? "|" : " ") + text(slots.get(i).action());
      }
    }
    StringBuilder row = new StringBuilder();
    for (int column = 0; column < cells.length; column++) {
      row.append(abbreviated && column == atEachEnd ? " ..." : "")
          .append(cells[column])
          .append(" ".repeat(width + 1 - cells[column].length()));
    }
    return row.toString();
  }

  private String text(Action action) {
    return pass(action, drawn.chunks() > 1);
  }

  /** What a pass is called; {@code &} says that it runs side by side with the next. */
  static String pass(Action action, boolean chunks) {
    return letter(action.kind())
        + String.valueOf(action.microBatch())
        + (chunks ? "." + action.chunk() : "")
        + (action.besideNext() ? "&" : "");
  }

  private static char letter(Action.Kind kind) {
    return switch (kind) {
      case FORWARD -> 'F';
      case BACKWARD, BACKWARD_INPUT -> 'B';
      case BACKWARD_WEIGHT -> 'W';
    };
  }
}
