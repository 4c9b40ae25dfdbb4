package io.heddle.cli.output;

import io.heddle.runtime.astrasim.EmittedClasses;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.pool.PoolsFlattener;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the writing of a folder came to.
 *
 * @param ranks of the plan
 * @param classes where one trace of each was written
 * @param nodes of all ranks
 * @param bytes of the traces that were written
 * @param moved caches that go from pool to pool, of a `serve`
 * @param command that uses them
 * @param warnings in whole sentences
 */
public record EmitOutput(
    Path folder,
    int ranks,
    OptionalInt classes,
    long nodes,
    long bytes,
    Optional<Moved> moved,
    List<String> command,
    List<String> warnings) {
  /** Caches that go from pool to pool, with the tokens behind them. */
  public record Moved(long sequences, int messages, long bytes) {}

  /** Of traces of all ranks. */
  public static EmitOutput of(EmittedFolder emitted, Flattener flattener) {
    return new EmitOutput(
        emitted.folder(),
        flattener.mesh().ranks(),
        OptionalInt.empty(),
        emitted.counts().nodes(),
        emitted.traceBytes(),
        ForwardingFlattener.innermost(flattener) instanceof PoolsFlattener set
            ? Optional.of(new Moved(set.movedSequences(), set.movingMessages(), set.movedBytes()))
            : Optional.empty(),
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
        Optional.empty(),
        List.of("heddle", "expand", emitted.folder().toString(), "--output=FOLDER"),
        emitted.warnings());
  }

  /** Lines: what was written, what moves, and what to do with it. */
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
        + moved
            .map(
                caches ->
                    "caches of %s move from pool to pool: %s, %s\n"
                        .formatted(
                            Quantities.count(caches.sequences(), "sequence"),
                            Quantities.count(caches.messages(), "message"),
                            Quantities.bytes(caches.bytes())))
            .orElse("")
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
          if (moved.isPresent()) {
            json.writeObjectFieldStart("moved");
            json.writeNumberField("sequences", moved.get().sequences());
            json.writeNumberField("messages", moved.get().messages());
            json.writeNumberField("bytes", moved.get().bytes());
            json.writeEndObject();
          }
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
