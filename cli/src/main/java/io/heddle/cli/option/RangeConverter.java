package io.heddle.cli.option;

import io.heddle.cli.inspect.IdRange;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a range of ids or ranks. */
public final class RangeConverter implements ITypeConverter<IdRange> {
  @Override
  public IdRange convert(String text) {
    try {
      return IdRange.of(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
