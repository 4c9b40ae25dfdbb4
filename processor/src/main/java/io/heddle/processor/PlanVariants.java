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
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ExpressionText;
import io.heddle.processor.syntax.PlanChange;
import io.heddle.processor.syntax.PlanLine;
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

  /** Lines that change nothing of passes by themselves. */
  private static final Set<String> BESIDE_PASSES =
      Set.of(PlanLine.OPTIMIZER.keyword(), PlanLine.REDUCE.keyword());

  /** Sizes of views whose programs are kept, for each set of lines. */
  private static final int MOST_SIZES = 16;

  private final Declaration.Plan base;
  private final Linked linked;
  private final Recent<List<Change>, Variant> variants = new Recent<>(MOST);
  private final Recent<List<Change>, RankProgram> likes = new Recent<>(MOST);
  private final Recent<List<Change>, RankProgram> passesLike = new Recent<>(MOST);
  private final RecentNumbers numbers = new RecentNumbers();

  PlanVariants(Declaration.Plan base, Linked linked) {
    this.base = base;
    this.linked = linked;
  }

  /** A line by its name and as it is written: the same text is the same line of this plan. */
  private record Change(String name, String text, boolean isTakenAway) {}

  /**
   * The plan with changes; empty after findings.
   *
   * @param diagnostics receives what is found of this plan, warnings too
   */
  Optional<Compiled> compile(PlanChanges changes, Diagnostics diagnostics) {
    return compile(variant(changes.lines()), changes, diagnostics);
  }

  /**
   * The same of a plan that is known.
   *
   * @param found with the lines among the changes
   */
  Optional<Compiled> compile(Variant found, PlanChanges changes, Diagnostics diagnostics) {
    Variant variant = resized(found, found.plan.map(of -> viewSizes(of, changes)).orElse(Map.of()));
    Optional<RankProgram> program = variant.program(diagnostics);
    if (program.isEmpty() || diagnostics.hasErrors()) {
      return Optional.empty();
    }
    return numbers
        .of(program.get(), variant.like(), changes, diagnostics)
        .flatMap(
            numbered ->
                Compiled.of(
                    new ProgramKin(program.get(), variant.like(), variant.passesLike()),
                    variant.extents(),
                    numbered.numbers(),
                    numbered.facts(),
                    diagnostics));
  }

  /** What changes of numbers give axes of views: these stand in the program, not in its values. */
  private static Map<String, Expression> viewSizes(Plan plan, PlanChanges changes) {
    if (plan.views().isEmpty()) {
      return Map.of();
    }
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

  private Variant resized(Variant variant, Map<String, Expression> viewSizes) {
    return viewSizes.isEmpty() ? variant : known(variant, viewSizes);
  }

  private synchronized Variant known(Variant variant, Map<String, Expression> viewSizes) {
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

  /** The plan with lines. */
  synchronized Variant variant(List<PlanChange.Line> lines) {
    List<Change> key = new ArrayList<>();
    for (PlanChange.Line line : lines) {
      key.add(new Change(line.name(), line.text(), line.item() == null));
    }
    Variant known = variants.get(key).orElse(null);
    if (known == null) {
      known = new Variant(key, lines);
      variants.put(key, known);
    }
    return known;
  }

  /**
   * A program that is the same but for the order of the mesh: the first that had all other lines.
   */
  private RankProgram like(List<Change> lines, RankProgram program) {
    List<Change> others = new ArrayList<>(lines);
    others.removeIf(line -> line.name().equals(PlanLine.LAYOUT.keyword()));
    RankProgram first = likes.get(others).orElse(null);
    if (first != null && first.with(program.plan()).equals(program)) {
      return first;
    }
    likes.put(others, program);
    return program;
  }

  /**
   * A program whose passes are the same: the first that had all lines but those that say what is
   * beside passes and behind them.
   */
  private RankProgram passesLike(List<Change> lines, RankProgram program) {
    List<Change> others = new ArrayList<>(lines);
    others.removeIf(line -> BESIDE_PASSES.contains(line.name()));
    RankProgram first = passesLike.get(others).orElse(null);
    if (first != null && first.hasPassesOf(program)) {
      return first;
    }
    passesLike.put(others, program);
    return program;
  }

  /** One plan of them: its program is made when it is first asked for. */
  final class Variant {
    private final List<Change> lines;
    private final Optional<Plan> plan;
    private final List<Diagnostic> ofPlan;
    private final Recent<List<String>, Variant> resized = new Recent<>(MOST_SIZES);
    private Optional<RankProgram> program = Optional.empty();
    private @Nullable Extents extents;
    private @Nullable RankProgram like;
    private @Nullable RankProgram passesLike;
    private boolean isLowered;
    private List<Diagnostic> ofProgram = List.of();

    private Variant(List<Change> key, List<PlanChange.Line> lines) {
      this.lines = key;
      Diagnostics findings = new Diagnostics();
      this.plan = linked.resolve(base, lines, findings);
      this.ofPlan = findings.all();
    }

    private Variant(Variant other, Map<String, Expression> viewSizes) {
      this.lines = other.lines;
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

    /** The program, or one that is the same but for the order of the mesh. */
    synchronized RankProgram like() {
      if (like == null) {
        RankProgram own = program.orElseThrow();
        // Of other sizes of views there are programs of their own.
        like = plan.orElseThrow().views().isEmpty() ? PlanVariants.this.like(lines, own) : own;
      }
      return like;
    }

    /** The program, or one whose passes are the same. */
    synchronized RankProgram passesLike() {
      if (passesLike == null) {
        RankProgram own = program.orElseThrow();
        passesLike =
            plan.orElseThrow().views().isEmpty() ? PlanVariants.this.passesLike(lines, own) : own;
      }
      return passesLike;
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
