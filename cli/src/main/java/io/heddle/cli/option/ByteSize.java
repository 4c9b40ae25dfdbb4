package io.heddle.cli.option;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes, such as {@code 72GiB}, {@code 80 GB} or {@code 1.5TB}. */
public final class ByteSize implements ITypeConverter<Long> {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?) ?([kMGTP]?)(i?)B");
  private static final String PREFIXES = "kMGTP";
  private static final int DECIMAL = 1000;
  private static final int BINARY = 1024;

  @Override
  public Long convert(String text) {
    Matcher matcher = FORM.matcher(text);
    boolean matches = matcher.matches();
    if (!matches || (matcher.group(2).isEmpty() && !matcher.group(3).isEmpty())) {
      throw new TypeConversionException("'" + text + "' is no size such as 72GiB or 80GB");
    }
    int power = matcher.group(2).isEmpty() ? 0 : PREFIXES.indexOf(matcher.group(2)) + 1;
    BigDecimal unit = BigDecimal.valueOf(matcher.group(3).isEmpty() ? DECIMAL : BINARY).pow(power);
    BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(unit);
    if (bytes.signum() <= 0 || bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new TypeConversionException("'" + text + "' is not above 0 and below 2^63 bytes");
    }
    return bytes.longValue();
  }
}
