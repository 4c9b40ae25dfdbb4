package io.heddle.cli.validate;

import io.heddle.cli.measure.MeasurementFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The shape of each model as most of its rows state it, for rows that leave some of it open: a
 * table of runs that failed often states less of them.
 */
final class StatedShapes {
  private static final List<String> COLUMNS =
      List.of("heads", "kv_heads", "head_dim", "ffn", "vocab");

  private final Map<List<String>, Map<String, Integer>> counts = new HashMap<>();

  StatedShapes(MeasurementFile file) {
    for (MeasurementFile.Row row : file.rows()) {
      for (String column : COLUMNS) {
        if (!row.text(column).isEmpty()) {
          counts
              .computeIfAbsent(
                  key(row.text("model"), row.text("hidden"), column), unused -> new TreeMap<>())
              .merge(row.text(column), 1, Integer::sum);
        }
      }
    }
  }

  private static List<String> key(String model, String hidden, String column) {
    return List.of(model, hidden, column);
  }

  /** Fills in what a row of a dense model leaves open, and says what. */
  List<String> fill(PublishedRow row) {
    List<String> assumed = new ArrayList<>();
    if (row.isStated("experts")) {
      return assumed;
    }
    for (String column : COLUMNS) {
      Map<String, Integer> values =
          counts.getOrDefault(key(row.text("model"), row.text("hidden"), column), Map.of());
      String most = "";
      for (Map.Entry<String, Integer> value : values.entrySet()) {
        most = value.getValue() > values.getOrDefault(most, 0) ? value.getKey() : most;
      }
      if (!most.isEmpty() && row.fill(column, most)) {
        assumed.add("%s %s, as rows of the model state".formatted(column, most));
      }
    }
    return assumed;
  }
}
