package io.heddle.cli.sweep;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.cli.output.Json;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.cli.sweep.PointResult.Memory;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Points as JSON objects: the lines of a folder of results, and what {@code --json} prints. */
public final class PointForm {
  private static final String EXPOSED_BY_AXES = "exposed_communication_by_axes_ns";

  private static final ObjectMapper JSON = new ObjectMapper();

  private PointForm() {}

  /** A point on one line, without its line break. */
  public static String line(PointResult point) {
    return Json.line(json -> write(json, point));
  }

  /** Writes a point. */
  static void write(JsonGenerator json, PointResult point) throws IOException {
    json.writeStartObject();
    json.writeNumberField("point", point.number());
    json.writeStringField("key", point.key().toString());
    json.writeObjectFieldStart("values");
    for (Map.Entry<String, String> value : point.values().entrySet()) {
      json.writeStringField(value.getKey(), value.getValue());
    }
    json.writeEndObject();
    json.writeStringField("status", point.figures().isPresent() ? "ok" : "dropped");
    if (point.figures().isPresent()) {
      write(json, point.figures().get());
    } else {
      json.writeStringField("reason", point.reason());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Figures figures) throws IOException {
    for (PointColumn column : PointColumn.ALL) {
      Optional<String> text = column.text().apply(figures);
      if (text.isPresent()) {
        json.writeFieldName(column.name());
        if (column.kind() == TableColumn.Kind.TEXT) {
          json.writeString(text.get());
        } else {
          json.writeRawValue(text.get());
        }
      }
    }
    json.writeObjectFieldStart(EXPOSED_BY_AXES);
    for (Map.Entry<String, Double> exposed : figures.exposedByAxes().entrySet()) {
      Json.plain(json, exposed.getKey(), exposed.getValue());
    }
    json.writeEndObject();
  }

  /** Reads a line; empty if it is no point, whatever it is. */
  public static Optional<PointResult> read(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      if (json == null
          || !json.path("point").canConvertToLong()
          || !json.path("values").isObject()) {
        return Optional.empty();
      }
      Optional<PointKey> key = PointKey.parse(json.path("key").asText());
      Optional<Figures> figures = Optional.empty();
      if (json.path("status").asText().equals("ok")) {
        figures = figures(json);
        if (figures.isEmpty()) {
          return Optional.empty();
        }
      }
      Map<String, String> values = new LinkedHashMap<>();
      json.path("values").properties().forEach(v -> values.put(v.getKey(), text(v.getValue())));
      Optional<Figures> known = figures;
      return key.map(
          of ->
              new PointResult(
                  json.path("point").asLong(), of, values, known, text(json.path("reason"))));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Optional<Figures> figures(JsonNode json) {
    try {
      JsonNode peak = json.path("memory_peak_bytes");
      Map<String, Double> exposed = new LinkedHashMap<>();
      json.path(EXPOSED_BY_AXES)
          .properties()
          .forEach(axes -> exposed.put(clean(axes.getKey()), axes.getValue().doubleValue()));
      return Optional.of(
          new Figures(
              json.required("ranks").longValue(),
              json.required("iteration_time_ns").bigIntegerValue().longValue(),
              json.required("tokens_per_second").doubleValue(),
              json.required("tokens_per_second_per_device").doubleValue(),
              json.required("model_flops_per_second_per_device").doubleValue(),
              json.required("mfu").doubleValue(),
              json.required("hfu").doubleValue(),
              json.required("bubble").doubleValue(),
              json.required("compute_ns").doubleValue(),
              json.required("exposed_communication_ns").doubleValue(),
              exposed,
              new Memory(
                  peak.isIntegralNumber() ? OptionalLong.of(peak.asLong()) : OptionalLong.empty(),
                  json.required("memory_bytes").longValue()),
              text(json.path("basis"))));
    } catch (IllegalArgumentException e) {
      // A figure is missing.
      return Optional.empty();
    }
  }

  /** A text without characters that would move a cursor: the file may come from anywhere. */
  private static String text(JsonNode json) {
    return clean(json.asText(""));
  }

  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
