package io.heddle.cli.output;

import java.math.BigInteger;
import java.util.Locale;

/** Numbers as people read them. */
public final class Quantities {
  private static final double KILO = 1000;
  private static final String[] TIMES = {"ns", "us", "ms", "s"};
  private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB"};
  private static final String[] COUNTS = {"", " thousand", " million", " billion", " trillion"};

  private Quantities() {}

  /** A time, such as {@code 3.214 s}. */
  public static String time(double nanos) {
    return scaled(nanos, TIMES, " ");
  }

  /** A time in the unit that {@link #time} gives to another. */
  public static String time(double nanos, double other) {
    double factor = 1;
    int unit = 0;
    while (other / factor >= KILO && unit < TIMES.length - 1) {
      factor *= KILO;
      unit++;
    }
    return String.format(Locale.ROOT, "%,.3f %s", nanos / factor, TIMES[unit]);
  }

  /** Bytes in decimal units, such as {@code 1.190 GB}. */
  public static String bytes(BigInteger bytes) {
    return scaled(bytes.doubleValue(), BYTES, " ");
  }

  /** Bytes in decimal units. */
  public static String bytes(long bytes) {
    return scaled((double) bytes, BYTES, " ");
  }

  /** A large number in words, such as {@code 8.030 billion}. */
  public static String approximately(double count) {
    return scaled(count, COUNTS, "");
  }

  /** A share of 1 in percent. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** A rate, with a digit behind the point where it is below 100. */
  public static String rate(double rate) {
    return String.format(Locale.ROOT, rate < 99.95 ? "%,.1f" : "%,.0f", rate);
  }

  /** A whole number with its thousands apart. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String scaled(double value, String[] units, String space) {
    double rest = value;
    int unit = 0;
    while (rest >= KILO && unit < units.length - 1) {
      rest /= KILO;
      unit++;
    }
    String form = unit == 0 && rest == Math.rint(rest) ? "%,.0f%s%s" : "%,.3f%s%s";
    return String.format(Locale.ROOT, form, rest, space, units[unit]);
  }

  /** A count and what is counted: {@code 1 sequence}, {@code 1,024 sequences}. */
  public static String count(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }
}
