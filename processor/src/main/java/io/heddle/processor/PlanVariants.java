package io.heddle.processor;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.lower.Lowering;
import io.heddle.processor.model.Linked;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.Extents;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Recent;
import io.heddle.processor.program.RecentFacts;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ExpressionText;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The plans that come of one by changes. What does not depend on numbers is done once for all that
 * have the same lines: to change numbers alone is cheap. Any thread may ask.
 */
final class PlanVariants {
  /** Sets of lines whose programs are kept: a sweep may have more than fit into memory. */
  private static final int MOST = 512;

  /** Sizes of views whose programs are kept, for each set of lines. */
  private static final int MOST_SIZES = 16;

  private final Declaration.Plan base;
  private final Linked linked;
  private final Recent<List<Change>, Variant> variants = new Recent<>(MOST);
  private final RecentFacts facts = new RecentFacts();

  PlanVariants(Declaration.Plan base, Linked linked) {
    this.base = base;
    this.linked = linked;
  }

  /** A line by its name and as it would be written in a plan; empty where it is taken away. */
  private record Change(String name, String text) {}

  /**
   * The plan with changes; empty after findings.
   *
   * @param diagnostics receives what is found of this plan, warnings too
   */
  Optional<Compiled> compile(PlanChanges changes, Diagnostics diagnostics) {
    Variant variant = variant(changes.lines());
    if (variant.plan.isPresent()) {
      variant = resized(variant, viewSizes(variant.plan.get(), changes));
    }
    Optional<RankProgram> program = variant.program(diagnostics);
    return program.isEmpty() || diagnostics.hasErrors()
        ? Optional.empty()
        : Compiled.of(program.get(), variant.extents(), changes, facts, diagnostics);
  }

  /** What changes of numbers give axes of views: these stand in the program, not in its values. */
  private static Map<String, Expression> viewSizes(Plan plan, PlanChanges changes) {
    Set<String> sized = new HashSet<>();
    plan.views()
        .forEach(
            view ->
                view.to().stream()
                    .filter(axis -> axis.size() != null)
                    .forEach(axis -> sized.add(axis.name())));
    Map<String, Expression> sizes = new LinkedHashMap<>();
    for (PlanChange.Value change : changes.values()) {
      if (sized.contains(change.name())) {
        sizes.put(change.name(), change.value());
      }
    }
    return sizes;
  }

  private synchronized Variant resized(Variant variant, Map<String, Expression> viewSizes) {
    if (viewSizes.isEmpty()) {
      return variant;
    }
    List<String> key = new ArrayList<>();
    viewSizes.forEach((axis, size) -> key.add(axis + " = " + ExpressionText.of(size)));
    Variant known = variant.resized.get(key).orElse(null);
    if (known == null) {
      known = new Variant(variant, viewSizes);
      variant.resized.put(key, known);
    }
    return known;
  }

  /** The plan with lines before its numbers are known; empty after findings. */
  Optional<Plan> plan(List<PlanChange.Line> lines, Diagnostics diagnostics) {
    return variant(lines).plan(diagnostics);
  }

  private synchronized Variant variant(List<PlanChange.Line> lines) {
    List<Change> key =
        lines.stream()
            .map(
                line ->
                    new Change(line.name(), line.item() == null ? "" : PlanText.of(line.item())))
            .toList();
    Variant known = variants.get(key).orElse(null);
    if (known == null) {
      known = new Variant(lines);
      variants.put(key, known);
    }
    return known;
  }

  /** One plan of them: its program is made when it is first asked for. */
  private final class Variant {
    private final Optional<Plan> plan;
    private final List<Diagnostic> ofPlan;
    private final Recent<List<String>, Variant> resized = new Recent<>(MOST_SIZES);
    private Optional<RankProgram> program = Optional.empty();
    private @Nullable Extents extents;
    private boolean isLowered;
    private List<Diagnostic> ofProgram = List.of();

    Variant(List<PlanChange.Line> lines) {
      Diagnostics findings = new Diagnostics();
      this.plan = linked.resolve(base, lines, findings);
      this.ofPlan = findings.all();
    }

    Variant(Variant other, Map<String, Expression> viewSizes) {
      this.plan = other.plan.map(of -> of.withViewSizes(viewSizes));
      this.ofPlan = other.ofPlan;
    }

    Optional<Plan> plan(Diagnostics diagnostics) {
      diagnostics.addAll(ofPlan);
      return plan;
    }

    /** How the program, which there is, splits dimensions. */
    synchronized Extents extents() {
      if (extents == null) {
        extents = Extents.of(program.orElseThrow());
      }
      return extents;
    }

    synchronized Optional<RankProgram> program(Diagnostics diagnostics) {
      diagnostics.addAll(ofPlan);
      if (!isLowered) {
        isLowered = true;
        Diagnostics findings = new Diagnostics();
        Optional<RankProgram> lowered = plan.map(of -> Lowering.lower(of, findings));
        ofProgram = findings.all();
        program = findings.hasErrors() ? Optional.empty() : lowered;
      }
      diagnostics.addAll(ofProgram);
      return program;
    }
  }
}
