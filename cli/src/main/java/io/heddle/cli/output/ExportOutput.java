package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.cli.convert.Exported;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** A plan as another program is told it. */
public final class ExportOutput {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ExportOutput() {}

  /** Prints what to type; what is lost goes to the other stream. */
  public static void text(PrintWriter out, PrintWriter err, Exported exported) {
    exported.notes().forEach(note -> err.println("heddle: note: " + note));
    exported.lost().forEach(lost -> err.println("heddle: cannot be said: " + lost));
    err.flush();
    out.print(exported.text());
    out.flush();
  }

  /** Prints one object. */
  public static void json(PrintWriter out, Exported exported) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("program", exported.program());
          write(json, "launch", exported.launch());
          write(json, "keys", exported.keys());
          json.writeStringField("text", exported.text());
          write(json, "lost", exported.lost());
          write(json, "notes", exported.notes());
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, String name, ObjectNode keys) throws IOException {
    json.writeFieldName(name);
    JSON.writeTree(json, keys);
  }

  private static void write(JsonGenerator json, String name, List<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }
}
