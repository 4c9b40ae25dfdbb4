// Tries plans of a file interactively, without a build. From the folder of a distribution:
//   jshell --class-path lib/heddle.jar examples/jshell/explore.jsh

import io.heddle.cli.load.PlanLoader
import io.heddle.runtime.report.*

var file = Path.of("examples/models/llama3_8b.tfm")

for (int tp = 1; tp <= 8; tp *= 2) {
  var flattener = PlanLoader.load(file, "Pod64", "tp = " + tp, "dp = " + 16 / tp, "batch = 32");
  var step = StepSimulation.run(flattener, StepProgress.SILENT);
  System.out.printf("tp %d: %.3f s, MFU %.1f %%%n", tp, step.iterationSeconds(), 100 * step.mfu());
}

/exit
