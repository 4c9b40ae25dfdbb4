package io.heddle.cli.sweep;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.cli.output.PredictionBasis;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.plan.Cluster;
import io.heddle.processor.SweepCompiler;
import io.heddle.processor.model.SweepPoint;
import io.heddle.runtime.mode.ManySteps;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.straggler.InvalidStragglersException;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes results of points, in any order and by any number of threads. Whatever a point fails with
 * is its result; nothing that it depends on is of this machine or process. Points that differ only
 * in numbers share one program.
 */
public final class PointSimulation {
  /** Names of a specification, which reasons have in them, may be of any length. */
  private static final int LONGEST_REASON = 1000;

  private final SweepCompiler sweep;
  private final Settings settings;
  private final Interpreter programs = new Interpreter();
  private final ManySteps steps;
  private final Consumer<Throwable> faults;

  /** Most points have the machine of the one before. */
  private volatile @Nullable Basis lastBasis;

  /** What times on a machine rest on. */
  private record Basis(Cluster cluster, String text) {}

  /**
   * How each point is simulated.
   *
   * @param stragglers a point that has no such ranks or stages is dropped
   * @param mode of each; what it does not know, such as slow ranks, drops a point
   * @param symmetry whether one rank may be simulated for all that are alike
   * @param limit what a point may take; one that takes longer is dropped
   */
  public record Settings(
      Stragglers stragglers, Mode mode, boolean symmetry, Optional<Duration> limit) {}

  /**
   * A simulation of points of a sweep.
   *
   * @param faults hears of those of Heddle, of any thread
   */
  public PointSimulation(SweepCompiler sweep, Settings settings, Consumer<Throwable> faults) {
    this.faults = faults;
    this.sweep = sweep;
    this.settings = settings;
    SimulationOptions options = SimulationOptions.DEFAULT.withSymmetry(settings.symmetry());
    this.steps = new ManySteps(settings.mode(), options);
  }

  /**
   * A point that is not run yet.
   *
   * @param values that make it
   * @param look at it, to compile it
   */
  public record Point(
      long number, PointKey key, Map<String, String> values, SweepCompiler.Look look) {}

  /** The point of a number. */
  public Point point(long number) {
    SweepCompiler.Look look = sweep.look(number);
    SweepPoint point = look.point();
    return new Point(number, PointKey.of(point.changes()), point.values(), look);
  }

  /**
   * Runs a point.
   *
   * @param interrupted whether the process is told to end
   * @return empty if it is told to end before the point is done
   */
  public Optional<PointResult> run(Point point, BooleanSupplier interrupted) {
    PointLimit limit = new PointLimit(settings.limit(), interrupted);
    try {
      return Optional.of(simulated(point, limit));
    } catch (PointLimit.AbandonedException e) {
      return Optional.empty();
    } catch (PointLimit.ExceededException | Failure | InvalidStragglersException refused) {
      return Optional.of(dropped(point, String.valueOf(refused.getMessage())));
    } catch (UnfinishedStepException e) {
      return Optional.of(dropped(point, "the simulation did not end: " + e.diagnosis().get(0)));
    } catch (RuntimeException | StackOverflowError fault) {
      // One point that Heddle cannot run must not cost those behind it.
      faults.accept(fault);
      return Optional.of(dropped(point, PointResult.FAULT + fault));
    }
  }

  private PointResult simulated(Point point, PointLimit limit) throws UnfinishedStepException {
    limit.check();
    SweepCompiler.Outcome outcome = point.look().compile();
    if (!(outcome instanceof SweepCompiler.Kept kept)) {
      return dropped(point, outcome.reason());
    }
    limit.check();
    Flattener flattener =
        StragglingFlattener.of(programs.load(kept.compiled()), settings.stragglers());
    PointResult.Memory memory = PointResult.Memory.of(kept.compiled());
    limit.check();
    StepReport report = steps.run(flattener, limit);
    Figures figures = Figures.of(report, memory, basis(report.plan().cluster()));
    limit.checkTime();
    return new PointResult(point.number(), point.key(), point.values(), Optional.of(figures), "");
  }

  private String basis(Cluster cluster) {
    Basis known = lastBasis;
    if (known == null || !known.cluster.equals(cluster)) {
      known = new Basis(cluster, new PredictionBasis(cluster).text());
      lastBasis = known;
    }
    return known.text;
  }

  private static PointResult dropped(Point point, String reason) {
    String line = reason.replaceAll("\\p{Cntrl}", " ");
    return new PointResult(
        point.number(),
        point.key(),
        point.values(),
        Optional.empty(),
        line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + " …" : line);
  }
}
