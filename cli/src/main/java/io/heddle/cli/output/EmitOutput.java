package io.heddle.cli.output;

import io.heddle.runtime.astrasim.EmittedFolder;
import java.io.PrintWriter;

/** What the writing of a folder came to. */
public final class EmitOutput {
  private EmitOutput() {}

  /** Two lines: what was written, and how AstraSim runs it. */
  public static String text(EmittedFolder emitted, int ranks) {
    return "%s: %s ranks, %s nodes, %s\n"
            .formatted(
                emitted.folder(),
                Quantities.count(ranks),
                Quantities.count(emitted.counts().nodes()),
                Quantities.bytes(emitted.traceBytes()))
        + "run it there with: %s\n".formatted(String.join(" ", emitted.command()));
  }

  /** Prints one object. */
  public static void print(PrintWriter out, EmittedFolder emitted, int ranks) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("folder", emitted.folder().toString());
          json.writeNumberField("ranks", ranks);
          json.writeNumberField("nodes", emitted.counts().nodes());
          json.writeNumberField("bytes", emitted.traceBytes());
          json.writeArrayFieldStart("command");
          for (String word : emitted.command()) {
            json.writeString(word);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("warnings");
          for (String warning : emitted.warnings()) {
            json.writeString(warning);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
