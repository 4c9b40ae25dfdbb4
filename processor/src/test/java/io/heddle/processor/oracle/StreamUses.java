package io.heddle.processor.oracle;

import io.heddle.plan.StreamSpan;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Sizes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where the streams of a model are made and read, layer by layer. */
final class StreamUses {
  private StreamUses() {}

  /** The embedding where it stands. */
  static Model.Use embed(Model model) {
    return new Model.Use(model.embed(), 0, List.of());
  }

  /** The head where it stands. */
  static Model.Use head(Model model) {
    return new Model.Use(model.head(), model.streams().size() - 1, model.headSides());
  }

  /** The blocks of all layers, in order. */
  static List<Model.Use> layers(Model model, PlanNumbers numbers) {
    List<Model.Use> all = new ArrayList<>();
    for (int layer = 0; layer < numbers.totalLayers(); layer++) {
      all.addAll(model.layerKinds().get(numbers.layers().kindOf(layer)).uses());
    }
    return all;
  }

  /**
   * The first layer behind which each stream depends on a trained weight; -1 where it does behind
   * the embedding.
   */
  private static long[] trainedFrom(Plan plan, PlanNumbers numbers) {
    Model model = plan.model();
    long[] from = new long[model.streams().size()];
    Arrays.fill(from, StreamSpan.NEVER);
    if (trains(plan, model.embed())) {
      from[0] = -1;
    }
    for (int layer = 0; layer < numbers.totalLayers(); layer++) {
      for (Model.Use use : model.layerKinds().get(numbers.layers().kindOf(layer)).uses()) {
        boolean depends = trains(plan, use.block());
        for (int side : use.sides()) {
          depends |= from[side] != StreamSpan.NEVER;
        }
        if (depends && use.block().result() != null) {
          from[use.stream()] = Math.min(from[use.stream()], layer);
        }
      }
    }
    return from;
  }

  /** The first layer with a backward pass; -1 where the embedding has one. */
  static long backwardFrom(Plan plan, PlanNumbers numbers) {
    Model model = plan.model();
    if (trains(plan, model.embed())) {
      return -1;
    }
    long layer = 0;
    while (layer < numbers.totalLayers()
        && model.layerKinds().get(numbers.layers().kindOf((int) layer)).blocks().stream()
            .noneMatch(block -> trains(plan, block))) {
      layer++;
    }
    return layer;
  }

  private static boolean trains(Plan plan, Block block) {
    return !plan.frozen().weights().containsAll(block.weights());
  }

  /** How far each stream goes: from the layer that makes it to the last one that reads it. */
  static List<StreamSpan> spans(RankProgram program, PlanNumbers numbers, Sizes sizes) {
    Model model = program.plan().model();
    List<StreamSpan> spans = new ArrayList<>();
    long[] trainedFrom = trainedFrom(program.plan(), numbers);
    for (int stream = 0; stream < model.streams().size(); stream++) {
      long from = -1;
      long to = -1;
      for (int layer = 0; layer < numbers.totalLayers(); layer++) {
        for (Model.Use use : model.layerKinds().get(numbers.layers().kindOf(layer)).uses()) {
          boolean own = use.stream() == stream;
          if (own && use.block().argument() == null && use.block().result() != null) {
            from = layer;
          }
          if (use.sides().contains(stream) || (own && use.block().argument() != null)) {
            to = layer;
          }
        }
      }
      if (stream == model.streams().size() - 1 || model.headSides().contains(stream)) {
        to = numbers.totalLayers();
      }
      long elements = 1;
      for (var dim : model.streams().get(stream).dims()) {
        elements *= sizes.of(program.stream().elements(List.of(dim)));
      }
      long bytes = elements * numbers.values().precision().activations().stream().bytes();
      spans.add(new StreamSpan(bytes, from, trainedFrom[stream], to, 1, 0));
    }
    return spans;
  }
}
