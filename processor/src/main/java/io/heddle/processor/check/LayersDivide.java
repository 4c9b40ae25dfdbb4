package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Plan;

/** Every stage holds the same number of layers, one at least. */
final class LayersDivide implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan.AxisUse pipeline = subject.plan().pipelineAxis();
    if (pipeline == null) {
      return;
    }
    long stages = subject.numbers().axes().get(pipeline.axis());
    long layers = subject.numbers().totalLayers();
    if (layers % stages != 0) {
      Diagnostics.Report report =
          diagnostics.report(Code.LAYERS_DO_NOT_DIVIDE, pipeline.span(), layers, stages);
      subject
          .plan()
          .axis(pipeline.axis())
          .ifPresent(
              axis ->
                  report.note(axis.span(), "mesh %s = %d is set".formatted(axis.name(), stages)));
      report.help("%s must divide %d".formatted(pipeline.axis(), layers)).add();
    }
  }
}
