package io.heddle.processor;

import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PointSpace;
import io.heddle.processor.model.Sweep;
import io.heddle.processor.model.SweepPoint;
import io.heddle.processor.model.SweepPoints;
import java.util.Optional;

/**
 * Compiles the points of a sweep. What does not depend on numbers is done once for all points that
 * have the same lines. Any thread may ask.
 */
public final class SweepCompiler {
  private final Sweep sweep;
  private final PlanVariants variants;
  private final SweepPoints points;
  private final PointSpace space;

  SweepCompiler(Sweep sweep, PlanVariants variants) {
    this.sweep = sweep;
    this.variants = variants;
    this.points = new SweepPoints(sweep);
    this.space = new PointSpace(sweep);
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

  public Sweep sweep() {
    return sweep;
  }

  /** The points, of which the numbers alone rule out some. */
  public PointSpace space() {
    return space;
  }

  /** How many points there are before any is dropped. */
  public long size() {
    return sweep.size();
  }

  /**
   * What a point changes, without its plan: values that cannot be worked out are missing.
   *
   * @param number from 0 to {@link #size} - 1
   */
  public SweepPoint changes(long number) {
    return look(number).point();
  }

  /**
   * Compiles a point.
   *
   * @param number from 0 to {@link #size} - 1
   */
  public Outcome point(long number) {
    return look(number).compile();
  }

  /**
   * Looks at a point before it is compiled.
   *
   * @param number from 0 to {@link #size} - 1
   */
  public Look look(long number) {
    return new Look(number);
  }

  /** A point whose changes are known. */
  public final class Look {
    private final long number;
    private final Diagnostics findings = Diagnostics.ofErrors();
    private final PlanVariants.Variant variant;
    private final Optional<Plan> plan;
    private final SweepPoints.Candidate candidate;

    private Look(long number) {
      this.number = number;
      this.variant = variants.variant(points.lines(number));
      this.plan = variant.plan(findings);
      this.candidate = points.candidate(number, plan.orElse(sweep.base()));
    }

    /** What it changes: values that cannot be worked out are missing. */
    public SweepPoint point() {
      return candidate.point();
    }

    /** Compiles it, once. */
    public Outcome compile() {
      if (plan.isEmpty()) {
        return new Dropped(point(), reason(findings));
      }
      if (candidate.reason().isPresent()) {
        return new Dropped(point(), candidate.reason().get());
      }
      Optional<Compiled> compiled =
          variants.compile(variant, point().changes(), findings).filter(Compiled::checkPlacement);
      if (compiled.isEmpty()) {
        return new Dropped(point(), reason(findings));
      }
      Optional<String> ofMemory =
          points.askForMemory() ? reasonOfMemory(number, compiled.get()) : Optional.empty();
      return ofMemory.isPresent()
          ? new Dropped(point(), ofMemory.get())
          : new Kept(point(), compiled.get());
    }
  }

  private Optional<String> reasonOfMemory(long number, Compiled compiled) {
    long capacity = compiled.numbers().values().cluster().device().memoryBytes();
    return points.reasonOfMemory(number, compiled.plan(), compiled.memory().peak(), capacity);
  }

  private static String reason(Diagnostics findings) {
    return findings.all().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .findFirst()
        .map(Diagnostic::message)
        .orElse("the plan does not compile");
  }
}
