package io.heddle.processor.oracle;

import io.heddle.plan.StreamSpan;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Sizes;
import java.util.ArrayList;
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

  /** Whether a stream depends on a trained weight: of its own blocks, or of what they take. */
  static boolean isTrained(Plan plan, int stream) {
    Model model = plan.model();
    List<Model.Use> uses = new ArrayList<>(List.of(embed(model)));
    model.layerKinds().forEach(kind -> uses.addAll(kind.uses()));
    for (Model.Use use : uses) {
      boolean makes = use.stream() == stream && use.block().result() != null;
      if (makes
          && (trains(plan, use.block())
              || use.sides().stream().anyMatch(side -> isTrained(plan, side)))) {
        return true;
      }
    }
    return false;
  }

  private static boolean trains(Plan plan, Block block) {
    return !plan.frozen().weights().containsAll(block.weights());
  }

  /** How far each stream goes: from the layer that makes it to the last one that reads it. */
  static List<StreamSpan> spans(RankProgram program, PlanNumbers numbers, Sizes sizes) {
    Model model = program.plan().model();
    List<StreamSpan> spans = new ArrayList<>();
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
      long bytes = elements * numbers.values().precision().tensors().bytes();
      spans.add(new StreamSpan(bytes, isTrained(program.plan(), stream), from, to));
    }
    return spans;
  }
}
