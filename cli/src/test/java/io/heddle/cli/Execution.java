package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A command that was run, with what it printed. */
public record Execution(int exit, String out, String err) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * Runs a command line; arguments are given as their texts. What it prints with {@code --json} is
   * held against the schema of the command.
   */
  public static Execution of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int exit = Heddle.execute(new PrintWriter(out), new PrintWriter(err), false, words);
    if (!out.toString().isEmpty() && List.of(words).contains("--json")) {
      assertThat(JsonSchemas.errors(words[0], out.toString()))
          .as(String.join(" ", words))
          .isEmpty();
    }
    return new Execution(exit, out.toString(), err.toString());
  }

  /** All of standard output, which must be one JSON document. */
  public JsonNode json() {
    try {
      return JSON.readTree(out);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("not JSON: " + out, e);
    }
  }

  /** The small model that the tests use, in a folder. */
  public static Path tiny(Path folder) {
    return write(folder.resolve("tiny.tfm"), tinyText());
  }

  public static String tinyText() {
    try (InputStream in = Execution.class.getResourceAsStream("tiny.tfm")) {
      return new String(
          Objects.requireNonNull(in).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of the examples. */
  public static Path example(String name) {
    return Path.of("../examples/models").resolve(name);
  }
}
