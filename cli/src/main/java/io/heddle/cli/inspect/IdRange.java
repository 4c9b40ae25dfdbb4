package io.heddle.cli.inspect;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ids of nodes, unsigned.
 *
 * @param first of them
 * @param last of them
 */
public record IdRange(long first, long last) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,20})(-(\\d{1,20})?)?");

  /**
   * Reads {@code 7}, {@code 7-9} or {@code 7-}, which has no end.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  public static IdRange of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no range of ids such as 7, 7-9 or 7-");
    }
    long first = id(matcher.group(1));
    if (matcher.group(2) == null) {
      return new IdRange(first, first);
    }
    long last = matcher.group(3) == null ? -1 : id(matcher.group(3));
    if (Long.compareUnsigned(first, last) > 0) {
      throw new IllegalArgumentException("'" + text + "' ends before it begins");
    }
    return new IdRange(first, last);
  }

  private static long id(String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no id: ids have 64 bits", e);
    }
  }

  boolean contains(long id) {
    return Long.compareUnsigned(first, id) <= 0 && Long.compareUnsigned(id, last) <= 0;
  }
}
