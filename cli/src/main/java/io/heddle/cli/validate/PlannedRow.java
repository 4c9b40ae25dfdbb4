package io.heddle.cli.validate;

import java.util.List;

/**
 * A row as a plan: rows that differ in numbers alone have one text.
 *
 * @param text of a file with the plan
 * @param settings numbers of the plan, as {@code --set} takes them
 * @param assumed what the row leaves open, and what was taken for it
 */
record PlannedRow(String text, List<String> settings, List<String> assumed) {
  /** What the plan is called in its text. */
  static final String PLAN = "Row";

  PlannedRow {
    settings = List.copyOf(settings);
    assumed = List.copyOf(assumed);
  }
}
