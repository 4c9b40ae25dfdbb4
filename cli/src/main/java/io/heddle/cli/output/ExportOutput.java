package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.cli.convert.Exported;
import io.heddle.cli.convert.ServedPool;
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
    exported.lost().forEach(lost -> err.println("heddle: not supported: " + lost));
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
          write(json, exported);
          json.writeEndObject();
        });
  }

  /**
   * Prints what to type for each pool; what is lost, and of which pool, goes to the other stream.
   */
  public static void text(
      PrintWriter out, PrintWriter err, List<ServedPool> pools, List<Exported> exported) {
    for (int i = 0; i < pools.size(); i++) {
      String of =
          pools.size() == 1
              ? ""
              : pools.get(i).serving().map(each -> each.role().word() + ": ").orElse("");
      exported.get(i).notes().forEach(note -> err.println("heddle: note: " + of + note));
      exported.get(i).lost().forEach(lost -> err.println("heddle: not supported: " + of + lost));
      err.flush();
      out.print((i > 0 ? "\n" : "") + exported.get(i).text());
    }
    out.flush();
  }

  /** Prints one object with an entry for each pool. */
  public static void json(PrintWriter out, List<ServedPool> pools, List<Exported> exported) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("pools");
          for (int i = 0; i < pools.size(); i++) {
            ServedPool pool = pools.get(i);
            json.writeStartObject();
            json.writeStringField(
                "role", pool.serving().map(limits -> limits.role().word()).orElse(""));
            json.writeNumberField(
                "instances", pool.serving().map(ServedPool.Limits::instances).orElse(1));
            write(json, "plans", pool.plans().stream().map(each -> each.plan().name()).toList());
            write(json, exported.get(i));
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, Exported exported) throws IOException {
    json.writeStringField("program", exported.program());
    write(json, "launch", exported.launch());
    write(json, "keys", exported.keys());
    json.writeStringField("text", exported.text());
    write(json, "lost", exported.lost());
    write(json, "notes", exported.notes());
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
