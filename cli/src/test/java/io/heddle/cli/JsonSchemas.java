package io.heddle.cli;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The schemas of {@code docs/schemas}: one for each word behind {@code heddle} that prints JSON,
 * and one of the index that {@code emit --classes} writes.
 */
final class JsonSchemas {
  static final Path FOLDER = Path.of("..", "docs", "schemas");
  static final String SUFFIX = ".schema.json";
  static final String OF_CLASSES = "classes";

  private static final Map<String, Schema> READ = new ConcurrentHashMap<>();

  private JsonSchemas() {}

  /** What of a command's JSON is not as its schema says. */
  static List<Error> errors(String command, String json) {
    return READ.computeIfAbsent(command, JsonSchemas::read).validate(json, InputFormat.JSON);
  }

  private static Schema read(String command) {
    try {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Files.readString(FOLDER.resolve(command + SUFFIX)), InputFormat.JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
