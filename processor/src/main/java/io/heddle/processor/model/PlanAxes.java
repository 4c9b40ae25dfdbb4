package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan.AxisUse;
import io.heddle.processor.model.Plan.MeshAxis;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The axes of a plan's mesh, in their layout, and the views that regroup them. */
final class PlanAxes {
  private final PlanLines lines;
  private final Diagnostics diagnostics;
  private final Names<MeshAxis> axes;
  private final List<MeshAxis> layout;
  private final List<Plan.View> views = new ArrayList<>();

  PlanAxes(PlanLines lines, Diagnostics diagnostics) {
    this.lines = lines;
    this.diagnostics = diagnostics;
    this.axes = new Names<>("axis", MeshAxis::span, diagnostics);
    for (PlanItem.Mesh mesh : lines.items(PlanItem.Mesh.class)) {
      for (PlanItem.Setting axis : mesh.axes()) {
        check(axis.value());
        axes.declare(
            axis.name(), new MeshAxis(axis.name().text(), axis.value(), axis.name().span()));
      }
    }
    List<MeshAxis> declared = List.copyOf(axes.all().values());
    lines.items(PlanItem.View.class).forEach(view -> views.add(view(view)));
    this.layout = layout(declared);
  }

  /** Outermost to innermost. */
  List<MeshAxis> layout() {
    return layout;
  }

  List<Plan.View> views() {
    return views;
  }

  /** The names of all axes, those of views too. */
  Set<String> names() {
    return axes.all().keySet();
  }

  /** Reports names in a number of the plan that no axis has. */
  void check(Expression number) {
    ExpressionNames.check(number, axes, diagnostics);
  }

  /** The axes that are named, each once. */
  List<AxisUse> uses(List<Name> names) {
    return uses(names, name -> false);
  }

  /**
   * The axes of a rule, each once.
   *
   * @param beginsRule whether a name can only stand in front of {@code over}
   */
  List<AxisUse> uses(List<Name> names, Predicate<String> beginsRule) {
    List<AxisUse> uses = new ArrayList<>();
    for (Name name : names) {
      boolean isNextRule =
          !name.equals(names.get(0)) && !axes.contains(name.text()) && beginsRule.test(name.text());
      if (isNextRule) {
        axes.unknown(name, "rules stand without commas: `b over dp  %s over tp`".formatted(name));
      } else if (axes.find(name).isPresent()) {
        if (uses.stream().anyMatch(use -> use.axis().equals(name.text()))) {
          diagnostics.report(Code.AXIS_TWICE, name.span(), name).add();
        } else {
          uses.add(new AxisUse(name.text(), name.span()));
        }
      }
    }
    return uses;
  }

  /** A view; its axes are then known as those of the mesh are. */
  private Plan.View view(PlanItem.View item) {
    List<String> from = uses(item.from()).stream().map(AxisUse::axis).toList();
    Map<String, PlanItem.Setting> sizes =
        new NamedArguments(
                "axis of the view",
                item.name().text(),
                item.to().stream().map(Name::text).toList(),
                diagnostics)
            .read(item.sizes(), PlanItem.Setting::name);
    List<Plan.ViewAxis> to = new ArrayList<>();
    Name leftOver = null;
    for (Name axis : item.to()) {
      PlanItem.Setting size = sizes.get(axis.text());
      if (size == null && leftOver != null) {
        diagnostics
            .report(Code.VIEW_SIZES, axis.span(), leftOver, axis)
            .help("add `where %s = …`".formatted(axis))
            .add();
      }
      leftOver = size == null ? axis : leftOver;
      if (size != null) {
        check(size.value());
      }
      to.add(new Plan.ViewAxis(axis.text(), size == null ? null : size.value(), axis.span()));
    }
    for (Name axis : item.to()) {
      axes.declare(
          axis, new MeshAxis(axis.text(), new Expression.Literal(1, axis.span()), axis.span()));
    }
    return new Plan.View(item.name().text(), from, to, item.span());
  }

  private List<MeshAxis> layout(List<MeshAxis> declared) {
    Optional<PlanItem.Layout> item = lines.single(PlanItem.Layout.class, "layout");
    if (item.isEmpty()) {
      return declared;
    }
    List<MeshAxis> layout = new ArrayList<>();
    for (Name name : item.get().axes()) {
      Optional<MeshAxis> axis = axes.find(name);
      if (axis.isPresent() && layout.contains(axis.get())) {
        diagnostics.report(Code.AXIS_TWICE, name.span(), name).add();
      } else {
        axis.ifPresent(layout::add);
      }
    }
    List<String> missing =
        declared.stream().filter(a -> !layout.contains(a)).map(MeshAxis::name).toList();
    if (!missing.isEmpty()) {
      diagnostics
          .report(Code.LAYOUT_INCOMPLETE, item.get().span(), String.join(", ", missing))
          .help("name every axis of the mesh once, outermost first")
          .add();
    }
    return layout;
  }
}
