package io.heddle.cli.output;

import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * What the writing of traces of ranks came to.
 *
 * @param ranks whose traces were written
 * @param all ranks of the plan
 * @param bytes of the traces
 */
public record ExpandOutput(Path folder, int ranks, int all, long bytes) {
  /** One line. */
  public String text() {
    return "%s: %s of %s ranks, %s\n"
        .formatted(folder, Quantities.count(ranks), Quantities.count(all), Quantities.bytes(bytes));
  }

  /** Prints one object. */
  public void print(PrintWriter out) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeStringField("folder", folder.toString());
          json.writeNumberField("ranks", ranks);
          json.writeNumberField("ranks_of_plan", all);
          json.writeNumberField("bytes", bytes);
          json.writeEndObject();
        });
  }
}
