package io.heddle.processor.syntax;

import io.heddle.processor.diagnose.Span;
import java.math.BigDecimal;

/**
 * A number with its unit, such as {@code 450 GB/s}, {@code 2 us}, {@code 70 %}.
 *
 * @param unit as written, without white space
 */
public record Quantity(BigDecimal number, String unit, Span span) {}
