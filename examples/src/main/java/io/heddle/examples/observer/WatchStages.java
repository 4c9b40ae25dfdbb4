package io.heddle.examples.observer;

import io.heddle.runtime.TransformerModel;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepRecording;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.trace.Flattener;

/** Watches a simulation, and says when each pipeline stage runs its first kernel and its last. */
@TransformerModel("llama3_8b.tfm")
public final class WatchStages {
  private WatchStages() {}

  /** Prints a line for each stage. */
  public static void main(String[] arguments) throws UnfinishedStepException {
    Flattener flattener =
        Llama3_8BPlan.Pod64.flattener(Llama3_8BPlan.Pod64.defaults().withBatch(16));
    long[] first = new long[flattener.stages()];
    long[] last = new long[flattener.stages()];
    SimulationObserver observer =
        (rank, node, kind, collective, group, issued, completed, exposed) -> {
          int stage = flattener.stage(rank);
          if (kind == NodeKind.COMPUTE) {
            first[stage] = first[stage] == 0 ? completed : Math.min(first[stage], completed);
            last[stage] = Math.max(last[stage], completed);
          }
        };
    StepSimulation.run(
        flattener,
        SimulationOptions.DEFAULT,
        StepRecording.NONE.with(observer),
        StepProgress.SILENT);
    for (int stage = 0; stage < flattener.stages(); stage++) {
      System.out.printf(
          "stage %d computes from %3.0f ms to %3.0f ms%n",
          stage, first[stage] / 1e6, last[stage] / 1e6);
    }
  }
}
