package io.heddle.examples.search;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.TransformerModel;
import io.heddle.runtime.bound.StepBound;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the fastest split of Llama 3 8B over 64 ranks, and proves it: plans are simulated in the
 * order of a time that they do not fall below, until that exceeds the best time. Whether they fit
 * into memory is not asked here; {@code heddle search} does.
 */
@TransformerModel("llama3_8b.tfm")
public final class FastestPlan {
  private FastestPlan() {}

  private record Candidate(PlanValues plan, long bound) {}

  /** Prints the fastest split, and how many were simulated. */
  public static void main(String[] arguments) throws UnfinishedStepException {
    List<Candidate> candidates = new ArrayList<>();
    for (int tp = 1; tp <= 8; tp *= 2) {
      for (int pp = 1; pp <= 16 && tp * pp <= 32; pp *= 2) {
        PlanValues plan = Llama3_8BPlan.Pod64.defaults().withAxis("tp", tp).withAxis("pp", pp);
        plan = plan.withAxis("dp", 64 / (tp * pp)).withBatch(64);
        long bound = StepBound.nanos(new Llama3_8BPod64Flattener(plan), Backend.CONGESTION_UNAWARE);
        candidates.add(new Candidate(plan, bound));
      }
    }
    candidates.sort(Comparator.comparingLong(Candidate::bound));
    long best = Long.MAX_VALUE;
    PlanValues fastest = candidates.get(0).plan();
    int simulated = 0;
    for (Candidate candidate : candidates) {
      if (candidate.bound() >= best) {
        break;
      }
      simulated++;
      Llama3_8BPod64Flattener flattener = new Llama3_8BPod64Flattener(candidate.plan());
      long nanos = StepSimulation.run(flattener, StepProgress.SILENT).iterationNanos();
      if (nanos < best) {
        best = nanos;
        fastest = candidate.plan();
      }
    }
    System.out.printf(
        "pp %d, dp %d, tp %d: %.3f s; simulated %d of %d plans%n",
        fastest.axis("pp"),
        fastest.axis("dp"),
        fastest.axis("tp"),
        best / 1e9,
        simulated,
        candidates.size());
  }
}
