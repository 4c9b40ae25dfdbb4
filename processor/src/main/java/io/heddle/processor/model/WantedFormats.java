package io.heddle.processor.model;

import io.heddle.plan.NumberFormat;
import io.heddle.plan.Precision;
import io.heddle.plan.Quantisation;
import io.heddle.processor.diagnose.Span;
import java.util.Arrays;
import java.util.List;

/**
 * The number formats for which a device is asked what it reaches, each by the names that devices
 * have for it, the best first.
 *
 * @param products of quantised products; empty where there are none
 * @param attention of attention; empty where it is in the format of tensors
 * @param span where they are said
 */
record WantedFormats(
    List<String> tensors, List<String> products, List<String> attention, Span span) {

  /** The formats of a plan. */
  static WantedFormats of(Plan.Formats formats) {
    Precision precision = formats.precision();
    Quantisation products = precision.products();
    NumberFormat attention = precision.attention();
    return new WantedFormats(
        List.of(precision.tensors().word()),
        products == null ? List.of() : products.formats(),
        attention == precision.tensors() ? List.of() : List.of(attention.word()),
        formats.span());
  }

  /** One format, of tensors or of products. */
  static WantedFormats of(String format, Span span) {
    List<String> names =
        Arrays.stream(Quantisation.values())
            .map(Quantisation::formats)
            .filter(formats -> formats.get(0).equals(format))
            .findFirst()
            .orElse(List.of(format));
    return new WantedFormats(names, List.of(), List.of(), span);
  }
}
