package io.heddle.cli.option;

import io.heddle.cli.sweep.PointOrder;
import io.heddle.cli.sweep.PointResult.Figures;
import java.util.Comparator;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How many points are shown, and in which order. */
public final class BestOptions {
  private static final int MOST = 1_000_000;

  @Option(names = "--best", paramLabel = "N", description = "Show the N best points (20).")
  private int best = 20;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      description = "Measure to sort by: ${COMPLETION-CANDIDATES} (default: time).")
  private PointOrder by = PointOrder.time;

  /** Refuses a number of points that nobody can show. */
  public void check(CommandSpec spec) {
    if (best < 1 || best > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--best %d: must be 1 to %,d".formatted(best, MOST));
    }
  }

  /** How many points are shown at most. */
  public int most() {
    return best;
  }

  /** The best first. */
  public Comparator<Figures> order() {
    return by.comparator();
  }
}
