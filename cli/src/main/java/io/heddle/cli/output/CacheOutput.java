package io.heddle.cli.output;

import io.heddle.cli.cache.Cache;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What is kept of earlier runs. */
public final class CacheOutput {
  private CacheOutput() {}

  /** A line. */
  public static String text(Cache cache, int files, long bytes) {
    return "%s: %s files, %s\n"
        .formatted(
            cache.folder().map(Path::toString).orElse("there is no cache folder"),
            Quantities.count(files),
            Quantities.bytes(bytes));
  }

  /** Prints one object. */
  public static void print(PrintWriter out, Cache cache, int files, long bytes) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          if (cache.folder().isPresent()) {
            json.writeStringField("folder", cache.folder().get().toString());
          } else {
            json.writeNullField("folder");
          }
          json.writeNumberField("files", files);
          json.writeNumberField("bytes", bytes);
          json.writeEndObject();
        });
  }
}
