package io.heddle.cli.output;

import io.heddle.runtime.schedule.Action;
import io.heddle.runtime.schedule.Phases;
import io.heddle.runtime.schedule.TimeSlots;
import io.heddle.runtime.schedule.TimeSlots.Slot;
import java.util.ArrayList;
import java.util.List;

/** A pipeline schedule for people: a row for each stage, a column for each slot of time. */
public final class ScheduleTable {
  /** Slots that are always drawn in full. */
  private static final int FEW = 48;

  private static final int MOST_AT_AN_END = 56;

  private final DrawnSchedule drawn;
  private final List<Slot[]> cells = new ArrayList<>();
  private final int width;
  private final int atEachEnd;

  private ScheduleTable(DrawnSchedule drawn) {
    this.drawn = drawn;
    TimeSlots slots = drawn.slots();
    int places = slots.stages().size() * drawn.schedule().chunks();
    this.atEachEnd =
        slots.slots() <= FEW ? slots.slots() : Math.min(MOST_AT_AN_END, 8 + 2 * places);
    int widest = 1;
    for (List<Slot> stage : slots.stages()) {
      Slot[] row = new Slot[slots.slots()];
      for (Slot slot : stage) {
        row[slot.at()] = slot;
        widest = Math.max(widest, text(slot.action()).length());
      }
      cells.add(row);
    }
    this.width = widest;
  }

  /** The text, ending with a line break. */
  public static String of(DrawnSchedule drawn) {
    return new ScheduleTable(drawn).text();
  }

  private String text() {
    List<String> rows = new ArrayList<>();
    for (int stage = 0; stage < cells.size(); stage++) {
      rows.add(row(stage, drawn.phases(stage)));
    }
    String title = " slots 0 to " + Quantities.count(drawn.slots().slots() - 1);
    int more = Math.max(0, rows.get(0).length() - title.length());
    Table table = new Table();
    table.row(
        List.of("stage", "in flight", "warm-up", "steady", "cool-down", title + " ".repeat(more)));
    for (int stage = 0; stage < cells.size(); stage++) {
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
    String weights = drawn.splitsBackward() ? " of inputs, W of weights" : "";
    String number = drawn.schedule().chunks() > 1 ? "micro-batch.chunk" : "micro-batch";
    return """
        plan %s of %s: %s, %s stages, %s micro-batches
        F forward, B backward%s, with %s; each takes one slot, messages none
        | ends warm-up (forward only) and steady state

        """
        .formatted(
            drawn.plan(),
            drawn.model(),
            drawn.schedule(),
            Quantities.count(cells.size()),
            Quantities.count(drawn.microBatches()),
            weights,
            number);
  }

  private String row(int stage, Phases phases) {
    Slot[] row = cells.get(stage);
    List<Slot> slots = drawn.slots().stages().get(stage);
    int steady = slots.get(phases.warmUp()).at();
    int coolDown = slots.get(phases.warmUp() + phases.steady()).at();
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < row.length; at++) {
      if (at == atEachEnd && row.length > 2 * atEachEnd) {
        text.append(" ...");
        at = row.length - atEachEnd;
      }
      Slot slot = row[at];
      String cell = slot == null ? "." : text(slot.action());
      text.append(at == steady || at == coolDown ? '|' : ' ')
          .append(cell)
          .append(" ".repeat(width - cell.length()));
    }
    return text.toString();
  }

  private String text(Action action) {
    char kind =
        switch (action.kind()) {
          case FORWARD -> 'F';
          case BACKWARD, BACKWARD_INPUT -> 'B';
          case BACKWARD_WEIGHT -> 'W';
        };
    String pass = kind + String.valueOf(action.microBatch());
    return drawn.schedule().chunks() > 1 ? pass + "." + action.chunk() : pass;
  }
}
