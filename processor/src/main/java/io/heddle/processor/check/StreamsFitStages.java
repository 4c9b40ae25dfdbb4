package io.heddle.processor.check;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.LayerSplit;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import java.util.List;

/**
 * What is not supported of weights that parts of a model share: gradients that are reduced before
 * the end of the step, where other layers add to them; and of several streams on several stages:
 * messages in shares.
 */
final class StreamsFitStages implements OfMicroBatch {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (diagnostics.hasErrors()) {
      return;
    }
    Plan plan = subject.plan();
    int stages = subject.numbers().stages(plan);
    if (plan.reducesEarly()) {
      for (Block block : plan.model().sharedBlocks()) {
        block.weights().stream().limit(1).forEach(each -> report(plan, each, diagnostics));
      }
    }
    if (!plan.model().hasStreams() || stages == 1) {
      return;
    }
    plan.model()
        .sharedInLayers()
        .forEach(
            (weight, kinds) -> {
              if (plan.reducesEarly() && !isSupported(subject, weight, kinds)) {
                report(plan, weight, diagnostics);
              }
            });
    if (plan.schedule().splitMessages()) {
      diagnostics.report(Code.SPLIT_STREAMS, plan.schedule().span()).add();
    }
  }

  private static void report(Plan plan, Weight weight, Diagnostics diagnostics) {
    diagnostics
        .report(Code.SHARED_EARLY, plan.reduction().span(), weight.fullName())
        .note(weight.span(), "`%s` is declared here".formatted(weight.name()))
        .add();
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
    return onLast && !isOfEmbedding;
  }
}
