package io.heddle.cli.option;

import io.heddle.processor.diagnose.Spelling;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/** A word that is none of those that an option takes. */
public final class NoneOf {
  private NoneOf() {}

  /** What is said of it: all words, and the nearest. */
  public static TypeConversionException words(String text, Iterable<String> known) {
    List<String> words = new ArrayList<>();
    known.forEach(words::add);
    return new TypeConversionException(
        "'" + text + "' is none of " + String.join(", ", words) + Spelling.hint(text, words));
  }
}
