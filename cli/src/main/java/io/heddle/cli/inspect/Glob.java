package io.heddle.cli.inspect;

/**
 * A pattern of names: {@code *} is any text, {@code ?} any one character, all else itself. The time
 * to match is at most the product of both lengths.
 */
public record Glob(String pattern) {
  /** Whether the whole name is of the pattern. */
  public boolean matches(String name) {
    int at = 0;
    int next = 0;
    int star = -1;
    int afterStar = 0;
    while (at < name.length()) {
      if (next < pattern.length() && pattern.charAt(next) == '*') {
        star = next++;
        afterStar = at;
      } else if (next < pattern.length() && matches(pattern.charAt(next), name.charAt(at))) {
        next++;
        at++;
      } else if (star >= 0) {
        // The last star takes one character more.
        next = star + 1;
        at = ++afterStar;
      } else {
        return false;
      }
    }
    while (next < pattern.length() && pattern.charAt(next) == '*') {
      next++;
    }
    return next == pattern.length();
  }

  private static boolean matches(char wanted, char found) {
    return wanted == '?' || wanted == found;
  }
}
