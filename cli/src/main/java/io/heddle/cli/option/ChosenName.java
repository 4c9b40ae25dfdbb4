package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.processor.diagnose.Spelling;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which declaration of a file a user means, where the only one needs no name. */
public final class ChosenName {
  private ChosenName() {}

  /**
   * The name.
   *
   * @param noun the declaration's keyword, which the option is called by, too
   * @param plural of the noun
   * @param given by the user, if any
   * @param known names of the file
   * @throws Failure if there is none, or it is not clear which
   */
  public static String of(
      String noun, String plural, Path file, @Nullable String given, List<String> known) {
    if (known.isEmpty()) {
      throw Failure.wrongInput(
          "%s: has no %s; see `%s` in docs/language.md".formatted(file, noun, noun));
    }
    if (given != null) {
      if (!known.contains(given)) {
        throw Failure.usage(
            "unknown %s `%s`: %s has %s%s"
                .formatted(
                    noun, given, file, String.join(", ", known), Spelling.hint(given, known)));
      }
      return given;
    }
    if (known.size() > 1) {
      String option = "--" + noun + " ";
      throw Failure.usage(
          "%s has %d %s; choose one: %s"
              .formatted(file, known.size(), plural, option + String.join(", " + option, known)));
    }
    return known.get(0);
  }
}
