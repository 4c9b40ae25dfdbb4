package io.heddle.processor;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.local.LocalProgram;
import io.heddle.processor.lower.Lowering;
import io.heddle.processor.model.Linked;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Sweep;
import io.heddle.processor.model.Sweep.Alternative;
import io.heddle.processor.model.SweepPoint;
import io.heddle.processor.model.SweepPoints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compiles the points of a sweep. What does not depend on numbers is done once for all points that
 * have the same lines. Any thread may ask.
 */
public final class SweepCompiler {
  private final Sweep sweep;
  private final Linked linked;
  private final SweepPoints points;
  private final Map<List<Alternative>, Variant> variants = new HashMap<>();

  SweepCompiler(Sweep sweep, Linked linked) {
    this.sweep = sweep;
    this.linked = linked;
    this.points = new SweepPoints(sweep);
  }

  /** What becomes of a point. */
  public sealed interface Outcome {
    SweepPoint point();

    /** Why it is dropped, one line; empty if it is kept. */
    String reason();
  }

  /** A point with a plan that compiles and fits its machine. */
  public record Kept(SweepPoint point, Compiled compiled) implements Outcome {
    @Override
    public String reason() {
      return "";
    }
  }

  /** A point without one. */
  public record Dropped(SweepPoint point, String reason) implements Outcome {}

  /** A program, or why there is none. */
  private record Variant(Optional<LocalProgram> program, String reason) {}

  public Sweep sweep() {
    return sweep;
  }

  /** How many points there are before any is dropped. */
  public long size() {
    return sweep.size();
  }

  /**
   * Compiles a point.
   *
   * @param number from 0 to {@link #size} - 1
   */
  public Outcome point(long number) {
    SweepPoints.Candidate candidate = points.candidate(number);
    SweepPoint point = candidate.point();
    if (candidate.reason().isPresent()) {
      return new Dropped(point, candidate.reason().get());
    }
    Variant variant = variant(point.lines());
    if (variant.program().isEmpty()) {
      return new Dropped(point, variant.reason());
    }
    Diagnostics findings = new Diagnostics();
    Optional<Compiled> compiled =
        Compiled.of(variant.program().get(), point.overrides(), findings)
            .filter(Compiled::checkPlacement);
    return compiled.isPresent()
        ? new Kept(point, compiled.get())
        : new Dropped(point, reason(findings));
  }

  private synchronized Variant variant(List<Alternative> lines) {
    return variants.computeIfAbsent(lines, this::compile);
  }

  private Variant compile(List<Alternative> lines) {
    Diagnostics findings = new Diagnostics();
    Optional<Plan> plan = linked.variant(sweep, lines, findings);
    if (plan.isEmpty()) {
      return new Variant(Optional.empty(), reason(findings));
    }
    LocalProgram program = Lowering.lower(plan.get(), findings);
    return findings.hasErrors()
        ? new Variant(Optional.empty(), reason(findings))
        : new Variant(Optional.of(program), "");
  }

  private static String reason(Diagnostics findings) {
    return findings.all().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .findFirst()
        .map(Diagnostic::message)
        .orElse("the plan does not compile");
  }
}
