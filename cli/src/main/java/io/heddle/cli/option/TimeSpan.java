package io.heddle.cli.option;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time of seconds, minutes or hours, such as {@code 90}, {@code 1.5m} or {@code 8h}. */
public final class TimeSpan implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)([smh]?)");
  private static final long MILLIS = 1000;
  private static final Duration LONGEST = Duration.ofDays(365);

  @Override
  public Duration convert(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + text + "' is no time such as 90s, 15m or 8h");
    }
    long seconds =
        switch (matcher.group(2)) {
          case "m" -> 60;
          case "h" -> 3600;
          default -> 1;
        };
    BigDecimal millis =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(seconds * MILLIS));
    Duration span = Duration.ofMillis(millis.longValue());
    if (span.isZero() || span.compareTo(LONGEST) > 0) {
      throw new TypeConversionException("'" + text + "' is not above 0 and up to a year");
    }
    return span;
  }
}
