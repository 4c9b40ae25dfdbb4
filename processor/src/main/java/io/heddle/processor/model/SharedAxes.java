package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan.AxisUse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds an axis that would split two dimensions of one tensor. A rule is reported once, with the
 * first tensor that it cannot split.
 */
final class SharedAxes {
  private SharedAxes() {}

  static void report(Map<Dim, List<AxisUse>> split, String tensor, Diagnostics diagnostics) {
    Map<String, Dim> users = new LinkedHashMap<>();
    Map<String, AxisUse> places = new LinkedHashMap<>();
    split.forEach(
        (dim, uses) -> {
          for (AxisUse use : uses) {
            Dim other = users.putIfAbsent(use.axis(), dim);
            AxisUse place = places.putIfAbsent(use.axis(), use);
            if (other != null && place != null && !other.equals(dim)) {
              if (diagnostics.has(Code.AXIS_SHARED, use.span())) {
                continue;
              }
              diagnostics
                  .report(Code.AXIS_SHARED, use.span(), use.axis(), other, dim, tensor)
                  .note(place.span(), "`%s` takes the axis here".formatted(other))
                  .help("leave one of the two dimensions whole, or give it another axis")
                  .add();
            }
          }
        });
  }
}
