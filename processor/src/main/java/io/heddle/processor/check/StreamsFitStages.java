package io.heddle.processor.check;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import java.util.List;

/**
 * What is not supported of models with several streams on several stages: gradients of a table that
 * lies on any of them, and messages in shares.
 */
final class StreamsFitStages implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    Plan plan = subject.plan();
    int stages = subject.numbers().stages(plan);
    if (!plan.model().hasStreams() || stages == 1) {
      return;
    }
    Plan.AxisUse pipeline = plan.pipelineAxis();
    plan.model()
        .sharedInLayers()
        .forEach(
            (weight, kinds) -> {
              if (pipeline != null && !isSupported(subject, weight, kinds)) {
                diagnostics
                    .report(Code.SHARED_TABLE_STAGES, pipeline.span(), weight.fullName(), stages)
                    .note(weight.span(), "`%s` is declared here".formatted(weight.name()))
                    .add();
              }
            });
    if (plan.schedule().splitMessages()) {
      diagnostics.report(Code.SPLIT_STREAMS, plan.schedule().span()).add();
    }
  }

  /**
   * Whether all layers that use the weight lie on the stage of the head, as what else uses it does,
   * but for the embedding: their gradients are added as those of a tied table, once a step.
   */
  private static boolean isSupported(Subject subject, Weight weight, List<Model.LayerKind> kinds) {
    Plan plan = subject.plan();
    LayerSplit split = subject.numbers().split(plan);
    int last = split.chain().stageAt(split.chain().places() - 1);
    LayerKinds layers = subject.numbers().layers();
    boolean onLast =
        kinds.stream()
            .allMatch(
                kind -> split.layersOf(last, layers, kind.number()) == layers.of(kind.number()));
    boolean isOfEmbedding = plan.model().embed().weights().contains(weight);
    return onLast && !(isOfEmbedding && plan.reducesEarly());
  }
}
