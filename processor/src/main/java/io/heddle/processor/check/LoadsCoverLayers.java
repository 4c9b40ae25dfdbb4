package io.heddle.processor.check;

import io.heddle.plan.LayerKinds;
import io.heddle.plan.expert.RecordedLoad;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Operation;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.LongStream;

/** A recorded load has a line for each layer that has experts. */
final class LoadsCoverLayers implements Check {
  @Override
  public void run(Subject subject, Diagnostics diagnostics) {
    if (subject.plan().experts().load() instanceof RecordedLoad load) {
      layers(subject, load, diagnostics);
    }
  }

  private static void layers(Subject subject, RecordedLoad load, Diagnostics diagnostics) {
    Model model = subject.plan().model();
    Set<Block> outside = new LinkedHashSet<>(model.allBlocks());
    Set<Integer> routed = new HashSet<>();
    for (Model.LayerKind kind : model.layerKinds()) {
      kind.blocks().forEach(outside::remove);
      if (kind.blocks().stream().anyMatch(LoadsCoverLayers::hasExperts)) {
        routed.add(kind.number());
      }
    }
    outside.stream()
        .filter(LoadsCoverLayers::hasExperts)
        .forEach(
            block ->
                missing(
                    subject,
                    load,
                    "block `%s`".formatted(block.name()),
                    "recorded loads are of layers: take another, such as `log_normal(sigma = 0.5)`",
                    diagnostics));
    LayerKinds layers = subject.numbers().layers();
    for (int layer : load.layers()) {
      if (layer >= layers.total() || !routed.contains(layers.kindOf(layer))) {
        diagnostics
            .report(Code.LOAD_SPARE, subject.plan().experts().span(), load.text(), layer)
            .add();
        return;
      }
    }
    for (LayerKinds.Run run : layers.runs()) {
      if (routed.contains(run.kind())) {
        // A load has few lines: the first layer without one is among the first of them.
        LongStream.range(run.begin(), run.end())
            .filter(layer -> !load.has((int) layer))
            .findFirst()
            .ifPresent(
                layer ->
                    missing(
                        subject,
                        load,
                        "layer " + layer,
                        "layers count from 0 through the whole model, those without experts too:"
                            + " add `layer %d = …` to the load".formatted(layer),
                        diagnostics));
      }
    }
  }

  private static boolean hasExperts(Block block) {
    return block.operations().stream().anyMatch(Operation.Dispatch.class::isInstance);
  }

  private static void missing(
      Subject subject, RecordedLoad load, String what, String help, Diagnostics diagnostics) {
    diagnostics
        .report(Code.LOAD_LAYERS, subject.plan().experts().span(), load.text(), what)
        .help(help)
        .add();
  }
}
