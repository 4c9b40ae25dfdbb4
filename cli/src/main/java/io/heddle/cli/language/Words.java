package io.heddle.cli.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What words of the language are for, in a line each. */
public final class Words {
  private static final Words KEYWORDS = new Words("keyword");
  private static final Words OPERATIONS = new Words("operation");

  private final Map<String, Word> words = new LinkedHashMap<>();

  /**
   * A word.
   *
   * @param form how it is written
   * @param text what it is for
   */
  public record Word(String form, String text) {}

  private Words(String kind) {
    try (InputStream in = Words.class.getResourceAsStream("words.txt")) {
      new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" \\| ", 4))
          .filter(line -> line.length == 4 && line[0].equals(kind))
          .forEach(line -> words.put(line[1], new Word(line[2], line[3])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The keywords. */
  public static Words keywords() {
    return KEYWORDS;
  }

  /** The operations that the language has. */
  public static Words operations() {
    return OPERATIONS;
  }

  /** All of them. */
  public Set<String> all() {
    return words.keySet();
  }

  /** One of them. */
  public Optional<Word> of(String word) {
    return Optional.ofNullable(words.get(word));
  }
}
