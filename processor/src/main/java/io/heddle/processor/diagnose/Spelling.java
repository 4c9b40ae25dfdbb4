package io.heddle.processor.diagnose;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a misspelt word may have meant. */
public final class Spelling {
  /** Longer words are not compared: the work grows with the square of the length. */
  private static final int LONGEST = 100;

  private Spelling() {}

  /**
   * The known word nearest to a word: by the optimal string alignment distance, where an inserted,
   * deleted or replaced letter and two swapped neighbours count one each, and upper and lower case
   * are the same. A third of the word's letters may differ, at least one; of words equally near the
   * first in the order of characters is taken. Where none is near, the longest that the word begins
   * or that begins the word, up to a `_`.
   */
  public static Optional<String> nearest(String word, Collection<String> known) {
    if (word.length() > LONGEST) {
      return Optional.empty();
    }
    int smallest = Math.max(1, word.length() / 3) + 1;
    String nearest = null;
    for (String candidate : known.stream().sorted().distinct().toList()) {
      boolean isComparable =
          !candidate.equals(word)
              && candidate.length() <= LONGEST
              && Math.abs(candidate.length() - word.length()) < smallest;
      if (!isComparable) {
        continue;
      }
      int distance = distance(word, candidate);
      boolean sharesSomething = distance < Math.max(word.length(), candidate.length());
      if (distance < smallest && sharesSomething) {
        smallest = distance;
        nearest = candidate;
      }
    }
    return Optional.ofNullable(nearest).or(() -> longerOrShorter(word, known));
  }

  /** The nearest known word as a question, {@code did you mean `x`?}; empty where none is near. */
  public static Optional<String> question(String word, Collection<String> known) {
    return nearest(word, known).map("did you mean `%s`?"::formatted);
  }

  /** The same behind a message of one line: with a semicolon before it, or nothing. */
  public static String hint(String word, Collection<String> known) {
    return question(word, known).map("; "::concat).orElse("");
  }

  /** The same as a help that stands alone: the question, or all known words. */
  public static String help(String word, Collection<String> known) {
    return question(word, known).orElseGet(() -> "known: " + String.join(", ", known));
  }

  private static Optional<String> longerOrShorter(String word, Collection<String> known) {
    return known.stream()
        .filter(other -> !other.equals(word))
        .filter(other -> word.startsWith(other + "_") || other.startsWith(word + "_"))
        .max(Comparator.comparingInt(String::length).thenComparing(Comparator.reverseOrder()));
  }

  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replaced = d[i - 1][j - 1] + (same(a, i - 1, b, j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1 && j > 1 && same(a, i - 1, b, j - 2) && same(a, i - 2, b, j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }

  private static boolean same(String a, int i, String b, int j) {
    return Character.toLowerCase(a.charAt(i)) == Character.toLowerCase(b.charAt(j));
  }
}
