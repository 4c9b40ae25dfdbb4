package io.heddle.cli.output;

import io.heddle.runtime.astrasim.EmittedClasses;
import io.heddle.runtime.astrasim.EmittedFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the writing of a folder came to.
 *
 * @param ranks of the plan
 * @param classes where one trace of each was written
 * @param nodes of all ranks
 * @param bytes of the traces that were written
 * @param command that uses them
 * @param warnings in whole sentences
 */
public record EmitOutput(
    Path folder,
    int ranks,
    OptionalInt classes,
    long nodes,
    long bytes,
    List<String> command,
    List<String> warnings) {

  /** Of traces of all ranks. */
  public static EmitOutput of(EmittedFolder emitted, int ranks) {
    return new EmitOutput(
        emitted.folder(),
        ranks,
        OptionalInt.empty(),
        emitted.counts().nodes(),
        emitted.traceBytes(),
        emitted.command(),
        emitted.warnings());
  }

  /** Of traces of classes. */
  public static EmitOutput of(EmittedClasses emitted, int ranks) {
    return new EmitOutput(
        emitted.folder(),
        ranks,
        OptionalInt.of(emitted.classes()),
        emitted.counts().nodes(),
        emitted.traceBytes(),
        List.of("heddle", "expand", emitted.folder().toString(), "--output=FOLDER"),
        emitted.warnings());
  }

  /** Two lines: what was written, and what to do with it. */
  public String text() {
    String used = String.join(" ", command);
    return "%s: %s ranks%s, %s nodes, %s\n"
            .formatted(
                folder,
                Quantities.count(ranks),
                classes.isPresent()
                    ? " in " + Quantities.count(classes.getAsInt()) + " classes"
                    : "",
                Quantities.count(nodes),
                Quantities.bytes(bytes))
        + (classes.isPresent()
            ? "make traces of ranks with: %s\n".formatted(used)
            : "run it there with: %s\n".formatted(used));
  }

  /** Prints one object. */
  public void print(PrintWriter out) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("folder", folder.toString());
          json.writeNumberField("ranks", ranks);
          if (classes.isPresent()) {
            json.writeNumberField("classes", classes.getAsInt());
          }
          json.writeNumberField("nodes", nodes);
          json.writeNumberField("bytes", bytes);
          json.writeArrayFieldStart("command");
          for (String word : command) {
            json.writeString(word);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("warnings");
          for (String warning : warnings) {
            json.writeString(warning);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
