package io.heddle.processor.check;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan;
import java.util.List;

/** The layers can be dealt out to the stages as the plan says, one to each at least. */
final class LayersDivide implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    Plan.AxisUse pipeline = plan.pipelineAxis();
    List<Long> listed = subject.numbers().stageLayers();
    long layers = subject.numbers().totalLayers();
    if (pipeline == null) {
      if (listed.size() > 1) {
        report(subject, plan.stages().span(), wrongCount(listed, 1), diagnostics)
            .help("split the layers over an axis: `layers over pp` in `shard`")
            .add();
      }
      return;
    }
    long stages = subject.numbers().axes().get(pipeline.axis());
    if (layers < stages) {
      String problem = "%d layers are fewer than %d stages".formatted(layers, stages);
      report(subject, pipeline.span(), problem, diagnostics)
          .help("%s can be %d at most".formatted(pipeline.axis(), layers))
          .add();
    } else if (!listed.isEmpty()) {
      long sum = listed.stream().mapToLong(Long::longValue).sum();
      if (listed.size() != stages) {
        report(subject, plan.stages().span(), wrongCount(listed, stages), diagnostics)
            .help("let the counts of stages add up to %d".formatted(stages))
            .add();
      } else if (sum != layers) {
        String problem =
            "the stages have %d layers together, the model has %d".formatted(sum, layers);
        report(subject, plan.stages().span(), problem, diagnostics)
            .help("let stages x layers add up to %d".formatted(layers))
            .add();
      }
    } else if (!plan.stages().balanced() && layers % stages != 0) {
      String problem = "%d layers do not divide over %d stages".formatted(layers, stages);
      report(subject, pipeline.span(), problem, diagnostics)
          .help("%s must divide %d, or say `stages balanced`".formatted(pipeline.axis(), layers))
          .add();
    }
  }

  private static String wrongCount(List<Long> listed, long stages) {
    return "layers are listed for %d stages, there are %d".formatted(listed.size(), stages);
  }

  private static Diagnostics.Report report(
      Subject subject, Span span, String problem, Diagnostics diagnostics) {
    Diagnostics.Report report = diagnostics.report(Code.LAYERS_DO_NOT_DIVIDE, span, problem);
    Plan.AxisUse pipeline = subject.plan().pipelineAxis();
    if (pipeline != null) {
      String axis = pipeline.axis();
      subject
          .plan()
          .axis(axis)
          .ifPresent(a -> report.note(a.span(), subject.numbers().describeAxis(axis)));
    }
    return report;
  }
}
