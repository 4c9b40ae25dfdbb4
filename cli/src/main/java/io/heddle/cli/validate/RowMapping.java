package io.heddle.cli.validate;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the words of published rows mean: sections for models, devices, frameworks, formats and
 * needs, of which the first that fits a row holds.
 */
final class RowMapping {
  /** The mapping that is used where none is given. */
  static final String LIBRARY = "std/validate.map";

  /** The mapping of serving benchmarks that is used where none is given. */
  static final String SERVING = "std/serving.map";

  private static final Set<String> KINDS =
      Set.of("model", "gpu", "framework", "precision", "need", "source");

  private final List<MappingSection> sections;

  private RowMapping(List<MappingSection> sections) {
    this.sections = List.copyOf(sections);
  }

  /** The mapping of training steps: the built-in one where none is given. */
  static RowMapping ofSteps(@Nullable Path given) {
    return given == null ? library(LIBRARY) : read(given);
  }

  /** The mapping of serving benchmarks: the built-in one where none is given. */
  static RowMapping ofServing(@Nullable Path given) {
    return given == null ? library(SERVING) : read(given);
  }

  private static RowMapping library(String file) {
    try (InputStream stream =
        io.heddle.processor.Imports.class.getResourceAsStream("/io/heddle/" + file)) {
      if (stream == null) {
        throw new IllegalStateException(file + " is missing");
      }
      return parse(file, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a mapping.
   *
   * @throws Failure if it is no such file; its line and what is wrong are named
   */
  static RowMapping read(Path file) {
    return parse(file.toString(), TextFile.read(file, "mapping"));
  }

  static RowMapping parse(String file, String text) {
    List<MappingSection> sections = new ArrayList<>();
    String[] lines = text.split("\r\n|\r|\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = withoutComment(lines[i]);
      String place = "%s:%d".formatted(file, i + 1);
      if (line.isEmpty()) {
        continue;
      }
      if (line.startsWith("[")) {
        sections.add(MappingSection.begin(place, line, KINDS));
        continue;
      }
      int equals = line.indexOf('=');
      if (equals < 1) {
        throw Failure.wrongInput(
            place + ": expected `[kind pattern]` or `key = value`, found `%s`".formatted(line));
      }
      if (sections.isEmpty()) {
        throw Failure.wrongInput(
            place + ": this line stands in no section; begin one, such as `[model gpt*]`");
      }
      sections
          .get(sections.size() - 1)
          .add(place, line.substring(0, equals).strip(), line.substring(equals + 1).strip());
    }
    return new RowMapping(sections);
  }

  private static String withoutComment(String line) {
    int comment = line.indexOf('#');
    return (comment < 0 ? line : line.substring(0, comment)).strip();
  }

  /** The first section of a kind that fits a row by a word of it. */
  Optional<MappingSection> find(String kind, String word, PublishedRow row) {
    return sections.stream()
        .filter(section -> section.isOf(kind) && section.fits(word, row))
        .findFirst();
  }

  /**
   * The section for what a row has in a column.
   *
   * @throws CannotSayException if there is none
   */
  MappingSection required(String kind, String column, PublishedRow row) throws CannotSayException {
    String word = row.text(column);
    return find(kind, word, row)
        .orElseThrow(
            () -> new CannotSayException("the mapping has no %s %s".formatted(kind, word)));
  }
}
