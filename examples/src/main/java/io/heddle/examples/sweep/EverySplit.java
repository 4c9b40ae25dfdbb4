package io.heddle.examples.sweep;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.TransformerModel;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;

/** Simulates Llama 3 8B in every split of 16 ranks per pipeline: a sweep in twenty lines. */
@TransformerModel("llama3_8b.tfm")
public final class EverySplit {
  private EverySplit() {}

  /** Prints a line for each split. */
  public static void main(String[] arguments) throws UnfinishedStepException {
    for (int tp = 1; tp <= 8; tp *= 2) {
      PlanValues plan =
          Llama3_8BPlan.Pod64.defaults().withAxis("tp", tp).withAxis("dp", 16 / tp).withBatch(32);
      StepReport step =
          StepSimulation.run(Llama3_8BPlan.Pod64.flattener(plan), StepProgress.SILENT);
      System.out.printf(
          "tp %d, dp %2d: %.3f s, MFU %.1f %%%n",
          tp, 16 / tp, step.iterationSeconds(), 100 * step.mfu());
    }
  }
}
