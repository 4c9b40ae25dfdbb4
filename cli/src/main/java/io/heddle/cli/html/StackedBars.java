package io.heddle.cli.html;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A bar for each row, of parts that add up.
 *
 * @param of what a row is
 * @param parts in the order in which they are stacked
 * @param unit of all values
 * @param mark a value that is drawn through all bars, called {@code markName}
 * @param most where the axis ends; absent: behind the longest bar
 */
record StackedBars(
    String id,
    String title,
    String caption,
    String of,
    List<String> rows,
    List<Part> parts,
    Unit unit,
    OptionalDouble mark,
    String markName,
    OptionalDouble most)
    implements Picture {

  /** A part of each bar: a value for each row. */
  record Part(String name, List<Double> values) {
    Part {
      values = List.copyOf(values);
    }
  }

  StackedBars {
    rows = List.copyOf(rows);
    parts = List.copyOf(parts);
  }

  /** Without anything to compare with. */
  StackedBars(
      String id,
      String title,
      String caption,
      String of,
      List<String> rows,
      List<Part> parts,
      Unit unit) {
    this(
        id,
        title,
        caption,
        of,
        rows,
        parts,
        unit,
        OptionalDouble.empty(),
        "",
        OptionalDouble.empty());
  }

  @Override
  public void table(Html html) {
    List<String> head = new ArrayList<>(List.of(of));
    parts.forEach(part -> head.add(part.name()));
    head.add("sum");
    List<List<String>> cells = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = new ArrayList<>(List.of(rows.get(i)));
      double sum = 0;
      for (Part part : parts) {
        row.add(unit.text(part.values().get(i)));
        sum += part.values().get(i);
      }
      row.add(unit.text(sum));
      cells.add(row);
    }
    html.table("numbers", head, cells);
  }

  @Override
  public void data(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("kind", "bars");
    json.writeStringField("unit", unit.symbol());
    json.writeArrayFieldStart("rows");
    for (String row : rows) {
      json.writeString(row);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("parts");
    for (Part part : parts) {
      json.writeStartObject();
      json.writeStringField("name", part.name());
      json.writeArrayFieldStart("values");
      for (double value : part.values()) {
        json.writeNumber(value);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    if (mark.isPresent()) {
      json.writeNumberField("mark", mark.getAsDouble());
      json.writeStringField("markName", markName);
    }
    if (most.isPresent()) {
      json.writeNumberField("most", most.getAsDouble());
    }
    json.writeEndObject();
  }
}
