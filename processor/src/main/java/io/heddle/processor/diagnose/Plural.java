package io.heddle.processor.diagnose;

import java.util.Locale;

/** Numbers of things in words: one is not many. */
public final class Plural {
  private Plural() {}

  /**
   * Such as {@code 1 error} and {@code 2 errors}.
   *
   * @param noun of one, whose plural is regular
   */
  public static String of(long count, String noun) {
    String ending = noun.endsWith("ch") ? "es" : "s";
    return String.format(Locale.ROOT, "%d %s%s", count, noun, count == 1 ? "" : ending);
  }
}
