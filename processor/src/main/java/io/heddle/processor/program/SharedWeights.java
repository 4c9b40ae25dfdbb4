package io.heddle.processor.program;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Plan;
import io.heddle.processor.model.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Weights that layers share: with one another, with the embedding or with the head. Each stage that
 * has a user holds them once, and at the end of the step all of these stages add their gradients.
 */
public final class SharedWeights {
  private SharedWeights() {}

  /** Those of a plan, each with the parts that use it. */
  public static Map<Weight, Size.Shared> of(Plan plan) {
    Map<Weight, Size.Shared> shared = new LinkedHashMap<>();
    Model model = plan.model();
    Set<Weight> weights = new LinkedHashSet<>(model.sharedInLayers().keySet());
    model.sharedBlocks().forEach(block -> weights.addAll(block.weights()));
    for (Weight weight : weights) {
      List<Size.Part> users = new ArrayList<>();
      if (model.embed().weights().contains(weight)) {
        users.add(Size.End.EMBEDDING);
      }
      for (Model.LayerKind kind : model.layerKinds()) {
        if (kind.blocks().stream().map(Block::weights).anyMatch(own -> own.contains(weight))) {
          users.add(new Size.Layer(kind.number()));
        }
      }
      if (model.head().weights().contains(weight)) {
        users.add(Size.End.HEAD);
      }
      shared.put(weight, new Size.Shared(users));
    }
    return shared;
  }
}
