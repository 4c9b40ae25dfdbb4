package io.heddle.cli.pool;

import io.heddle.plan.serving.Role;
import io.heddle.runtime.pool.PoolsFlattener;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Flattener;
import java.util.OptionalDouble;
import java.util.function.IntFunction;

/**
 * What traces of two pools come to.
 *
 * @param pools of them
 * @param steps of each batch of decode
 * @param report of all ranks
 * @param promptNanos until prefill has computed the last prompt, ns
 * @param firstNanos until all sequences of decode have the token of their first step, ns
 */
public record PoolsReport(
    PoolsFlattener pools, int steps, StepReport report, long promptNanos, long firstNanos) {

  /**
   * Simulates pools.
   *
   * @param ofSteps the pools with so many steps of decode
   * @throws UnfinishedStepException if some rank does not finish
   */
  public static PoolsReport of(
      IntFunction<PoolsFlattener> ofSteps,
      int steps,
      SimulationOptions options,
      StepProgress progress)
      throws UnfinishedStepException {
    PoolsFlattener all = ofSteps.apply(steps);
    LastPrompt prompts = new LastPrompt(ranksOfPrefill(all));
    StepReport report =
        StepSimulation.run(all, options, StepRecording.NONE.with(prompts), progress);
    StepReport ofFirst =
        steps == 1
            ? report
            : StepSimulation.run(
                ofSteps.apply(1), options, StepRecording.NONE, StepProgress.SILENT);
    return new PoolsReport(all, steps, report, prompts.nanos, ends(all, ofFirst));
  }

  private static int ranksOfPrefill(PoolsFlattener pools) {
    return pools.pools().stream()
        .filter(pool -> pool.role() == Role.PREFILL)
        .mapToInt(pool -> pool.instances() * pool.ranks())
        .sum();
  }

  /** When the last rank of decode ends, ns. */
  private static long ends(PoolsFlattener pools, StepReport report) {
    return report.ranks().stream()
        .filter(rank -> rank.rank() >= ranksOfPrefill(pools))
        .mapToLong(RankTimes::cycles)
        .max()
        .orElseThrow();
  }

  /** When decode ends, ns. */
  public long endNanos() {
    return ends(pools, report);
  }

  /** From token to token of a sequence behind its first step, ns; empty where there is one step. */
  public OptionalDouble periodNanos() {
    if (steps == 1) {
      return OptionalDouble.empty();
    }
    double period = (double) (endNanos() - firstNanos) / (steps - 1);
    return OptionalDouble.of(period / decode().plan().speculation().expectedTokens());
  }

  private Flattener decode() {
    return pools.pools().get(1).flattener();
  }

  /** Hears when the last kernel of prefill is done. */
  private static final class LastPrompt implements SimulationObserver {
    private final int ranks;
    private long nanos;

    LastPrompt(int ranks) {
      this.ranks = ranks;
    }

    @Override
    public void completed(
        int rank,
        long node,
        NodeKind kind,
        int collective,
        int group,
        long issued,
        long completed,
        long exposed) {
      if (rank < ranks && kind == NodeKind.COMPUTE) {
        nanos = Math.max(nanos, completed);
      }
    }

    @Override
    public void restart() {
      nanos = 0;
    }
  }
}
