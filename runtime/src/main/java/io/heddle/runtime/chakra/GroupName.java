package io.heddle.runtime.chakra;

import java.util.OptionalInt;

/**
 * Names of groups, in a trace and in a file of groups. AstraSim reads the number that a name begins
 * with and ignores the rest.
 */
public final class GroupName {
  private GroupName() {}

  /** The number, as C's {@code stoi} finds it; empty where there is none or it is too large. */
  public static OptionalInt number(String name) {
    int at = 0;
    while (at < name.length() && isBlank(name.charAt(at))) {
      at++;
    }
    boolean negative = at < name.length() && name.charAt(at) == '-';
    if (negative || (at < name.length() && name.charAt(at) == '+')) {
      at++;
    }
    long number = 0;
    int first = at;
    while (at < name.length() && name.charAt(at) >= '0' && name.charAt(at) <= '9') {
      number = 10 * number + (name.charAt(at++) - '0');
      if (number > Integer.MAX_VALUE) {
        return OptionalInt.empty();
      }
    }
    return at == first ? OptionalInt.empty() : OptionalInt.of((int) (negative ? -number : number));
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
