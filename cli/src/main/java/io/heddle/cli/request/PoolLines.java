package io.heddle.cli.request;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.html.Html;
import io.heddle.cli.html.Picture;
import io.heddle.cli.output.Quantities;
import io.heddle.runtime.serving.PoolHistory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * What all instances of a pool had together over time.
 *
 * @param most that there can be, which is drawn too; 0 where nothing is drawn
 */
record PoolLines(
    String id, String title, String caption, PoolHistory history, List<Line> lines, double most)
    implements Picture {
  PoolLines {
    lines = List.copyOf(lines);
  }

  /**
   * A line.
   *
   * @param of the mean of a span
   */
  record Line(String name, IntToDoubleFunction of) {}

  @Override
  public void table(Html html) {
    List<String> head = new ArrayList<>(List.of("from"));
    lines.forEach(line -> head.add(line.name));
    List<List<String>> rows = new ArrayList<>();
    for (int span = 0; span < history.spans(); span++) {
      List<String> row =
          new ArrayList<>(List.of(Quantities.time((double) span * history.spanNanos())));
      for (Line line : lines) {
        row.add(Quantities.rate(line.of.applyAsDouble(span)));
      }
      rows.add(row);
    }
    html.table("numbers", head, rows);
  }

  @Override
  public void data(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("kind", "lines");
    json.writeNumberField("span", history.spanNanos());
    if (most > 0) {
      json.writeNumberField("most", most);
    }
    json.writeArrayFieldStart("lines");
    for (Line line : lines) {
      json.writeStartObject();
      json.writeStringField("name", line.name);
      json.writeArrayFieldStart("values");
      for (int span = 0; span < history.spans(); span++) {
        // A thousandth of a request or page is more than a picture shows.
        json.writeNumber(Math.round(line.of.applyAsDouble(span) * 1000) / 1000.0);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
