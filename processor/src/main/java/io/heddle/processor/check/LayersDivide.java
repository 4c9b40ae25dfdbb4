package io.heddle.processor.check;

import io.heddle.plan.StageSplit;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Plan;
import java.util.List;

/**
 * The layers can be dealt out to stages and chunks as the plan says; only the ends of the chain may
 * have none.
 */
final class LayersDivide implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    StageSplit split = subject.numbers().values().stages();
    List<Long> listed = split.layers();
    long layers = subject.numbers().totalLayers();
    if (plan.pipelineAxis() == null && listed.size() > 1 && subject.numbers().chunks() == 1) {
      report(subject, plan.stages().span(), wrongCount(listed, 1, "stages"), diagnostics)
          .help("split the layers over an axis: `layers over pp` in `shard`")
          .add();
      return;
    }
    long places = (long) subject.numbers().stages(plan) * subject.numbers().chunks();
    String parts = subject.numbers().chunks() == 1 ? "stages" : "chunks";
    Plan.AxisUse pipeline = plan.pipelineAxis();
    Span span = pipeline == null ? plan.schedule().span() : pipeline.span();
    if (listed.isEmpty() && layers < places) {
      String problem = "%d layers are fewer than %d %s".formatted(layers, places, parts);
      report(subject, span, problem, diagnostics)
          .help("there can be %d %s at most".formatted(layers, parts))
          .add();
    } else if (!listed.isEmpty()) {
      long sum = listed.stream().mapToLong(Long::longValue).sum();
      if (listed.size() != places) {
        report(subject, plan.stages().span(), wrongCount(listed, places, parts), diagnostics)
            .help("let the counts of %s add up to %d".formatted(parts, places))
            .add();
      } else if (sum != layers) {
        String problem =
            "the %s have %d layers together, the model has %d".formatted(parts, sum, layers);
        report(subject, plan.stages().span(), problem, diagnostics)
            .help("let %s x layers add up to %d".formatted(parts, layers))
            .add();
      } else if (split.emptyPlace() >= 0) {
        String problem = StageSplit.nothingAt(split.emptyPlace(), parts);
        report(subject, plan.stages().span(), problem, diagnostics)
            .help("only the first may have the embedding alone, and the last the head alone")
            .add();
      }
    } else if (!plan.stages().balanced() && layers % places != 0) {
      String problem = "%d layers do not divide over %d %s".formatted(layers, places, parts);
      String what = pipeline == null ? "" : pipeline.axis();
      if (subject.numbers().chunks() > 1) {
        what = what.isEmpty() ? "chunks" : what + " * chunks";
      }
      report(subject, span, problem, diagnostics)
          .help("%s must divide %d, or say `stages balanced`".formatted(what, layers))
          .add();
    }
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

  private static String wrongCount(List<Long> listed, long places, String parts) {
    return "layers are listed for %d %s, there are %d".formatted(listed.size(), parts, places);
  }
}
