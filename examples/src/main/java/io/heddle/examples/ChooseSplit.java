package io.heddle.examples;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.TransformerModel;
import io.heddle.runtime.chakra.EtWriter;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.mode.ModeSimulation;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks for the fastest split of GPT-3 175B over 64 GPUs and writes a trace of it. */
@TransformerModel("gpt3_175b.tfm")
public final class ChooseSplit {
  private ChooseSplit() {}

  /** Writes the trace of rank 0 to the file that the argument names. */
  public static void main(String[] arguments) throws IOException, UnfinishedStepException {
    choose(System.out, Path.of(arguments[0]));
  }

  static void choose(PrintStream out, Path trace) throws IOException, UnfinishedStepException {
    PlanValues plan = Gpt3_175BPod64Flattener.defaults().withBatch(16, 1);
    PlanValues best = plan;
    double shortest = Double.MAX_VALUE;
    for (int tp : new int[] {2, 4, 8}) {
      PlanValues candidate = plan.withAxis("pp", 64 / tp).withAxis("tp", tp);
      // Closed formulas choose; they take milliseconds.
      double seconds =
          ModeSimulation.run(
                  new Gpt3_175BPod64Flattener(candidate),
                  Mode.ANALYTICAL,
                  SimulationOptions.DEFAULT,
                  StepProgress.SILENT)
              .iterationSeconds();
      out.printf("pp %d, tp %d: %.3f s%n", 64 / tp, tp, seconds);
      if (seconds < shortest) {
        shortest = seconds;
        best = candidate;
      }
    }
    Flattener flattener = new Gpt3_175BPod64Flattener(best);
    StepReport step = StepSimulation.run(flattener, StepProgress.SILENT);
    out.printf("tp %d, every rank simulated: %.3f s%n", best.axis("tp"), step.iterationSeconds());
    try (EtWriter writer = new EtWriter(Files.newOutputStream(trace), 0, false)) {
      flattener.emit(0, writer);
      out.printf("rank 0: %,d nodes%n", writer.nodes());
    }
  }
}
