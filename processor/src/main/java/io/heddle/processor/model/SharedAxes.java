package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan.AxisUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds an axis that would split two dimensions of one tensor, and axes of which one is made of the
 * other. A rule is reported once, with the first tensor that it cannot split.
 */
final class SharedAxes {
  private final List<Plan.View> views;
  private final Diagnostics diagnostics;

  SharedAxes(List<Plan.View> views, Diagnostics diagnostics) {
    this.views = views;
    this.diagnostics = diagnostics;
  }

  void report(Map<Dim, List<AxisUse>> split, String tensor) {
    Map<String, Dim> users = new LinkedHashMap<>();
    Map<String, AxisUse> places = new LinkedHashMap<>();
    List<AxisUse> earlier = new ArrayList<>();
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
            earlier.forEach(before -> reportView(before, use, tensor));
            earlier.add(use);
          }
        });
  }

  private void reportView(AxisUse before, AxisUse use, String tensor) {
    for (Plan.View view : views) {
      Optional<String> from =
          view.from().stream().filter(axis -> is(axis, before, use)).findFirst();
      Optional<String> to =
          view.to().stream()
              .map(Plan.ViewAxis::name)
              .filter(axis -> is(axis, before, use))
              .findFirst();
      if (from.isPresent()
          && to.isPresent()
          && !diagnostics.has(Code.VIEW_MEETS_AXIS, use.span())) {
        diagnostics
            .report(Code.VIEW_MEETS_AXIS, use.span(), from.get(), to.get())
            .note(before.span(), "`%s` splits %s".formatted(before.axis(), tensor))
            .note(view.span(), "the view is declared")
            .help("split it over axes of the mesh only, or of the view only")
            .add();
      }
    }
  }

  private static boolean is(String axis, AxisUse before, AxisUse use) {
    return axis.equals(before.axis()) || axis.equals(use.axis());
  }
}
