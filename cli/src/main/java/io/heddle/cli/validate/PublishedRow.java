package io.heddle.cli.validate;

import io.heddle.cli.measure.MeasurementFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A row of a table of published training steps; what it leaves open may be filled in. */
final class PublishedRow {
  /** The columns that every table has. */
  static final String[] REQUIRED = {
    "row_id",
    "family",
    "class",
    "framework",
    "model",
    "layers",
    "hidden",
    "heads",
    "kv_heads",
    "head_dim",
    "ffn",
    "vocab",
    "experts",
    "top_k",
    "moe_ffn",
    "shared_ffn",
    "dense_layers",
    "gpu",
    "gpus_per_node",
    "n",
    "tp",
    "pp",
    "cp",
    "ep",
    "etp",
    "vp",
    "dp",
    "zero",
    "shard_group",
    "recompute",
    "precision",
    "seq",
    "gbs",
    "mbs",
    "sequence_parallel",
    "tp_overlap",
    "dp_overlap",
    "stage_layout",
    "step_time_s",
    "mem_gib",
    "mem_kind",
    "status",
    "needs",
    "exclude"
  };

  private final MeasurementFile.Row row;
  private final Map<String, String> filled = new LinkedHashMap<>();

  PublishedRow(MeasurementFile.Row row) {
    this.row = row;
  }

  String text(String column) {
    String stated = has(column) ? row.text(column) : "";
    return stated.isEmpty() ? filled.getOrDefault(column, "") : stated;
  }

  private boolean has(String column) {
    return row.has(column);
  }

  boolean isStated(String column) {
    return !text(column).isEmpty();
  }

  /** Fills a column in that is empty; returns whether it was. */
  boolean fill(String column, String value) {
    if (isStated(column)) {
      return false;
    }
    filled.put(column, value);
    return true;
  }

  /** The words of a column that lists several. */
  List<String> words(String column) {
    return List.of(text(column).split(";", -1)).stream()
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  boolean isTrue(String column) {
    return text(column).equals("true");
  }

  /**
   * A whole number that the row must state.
   *
   * @throws CannotSayException if it does not
   */
  long number(String column) throws CannotSayException {
    if (!isStated(column)) {
      throw new CannotSayException("the row states no " + column);
    }
    String value = text(column);
    try {
      long number = Long.parseLong(value);
      if (number >= 0 && number <= 1L << 40) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as is a number out of range.
    }
    throw row.wrong(column, "`%s` is not a whole number from 0 to 2^40".formatted(value));
  }

  /** A number above 0 that the row states. */
  double decimal(String column) {
    return row.positive(column);
  }

  /** A number that the row may state. */
  OptionalDouble positive(String column) {
    return row.text(column).isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(row.positive(column));
  }

  /** Why it must not be scored. */
  Optional<String> exclusion() {
    return Optional.of(row.text("exclude")).filter(why -> !why.isEmpty());
  }

  /** What is wrong with the value of a column. */
  RuntimeException wrong(String column, String what) {
    return row.wrong(column, what);
  }
}
