package io.heddle.processor.lower;

import io.heddle.processor.model.Block;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.Weight;
import io.heddle.processor.program.LocalWeight;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.SharedWeights;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Which weights the embedding, the layers and the head have, and how many elements a stage. */
final class HeldWeights {
  private HeldWeights() {}

  /**
   * The weights of a layer of each kind and of both ends; the head's tied table apart. What a layer
   * shares with an earlier block is not among its own.
   */
  static Map<Size.Part, List<LocalWeight>> units(RankProgram program) {
    return units(program, Section::ownWeights);
  }

  /** The same, with what layers share: all that the passes of a unit read. */
  static Map<Size.Part, List<LocalWeight>> readByUnits(RankProgram program) {
    return units(program, Section::weights);
  }

  private static Map<Size.Part, List<LocalWeight>> units(
      RankProgram program, Function<Section, List<LocalWeight>> ofLayer) {
    Map<Size.Part, List<LocalWeight>> units = new LinkedHashMap<>();
    units.put(Size.End.EMBEDDING, program.embed().weights());
    for (Model.LayerKind kind : program.plan().model().layerKinds()) {
      List<LocalWeight> weights = new ArrayList<>();
      for (Block block : kind.blocks()) {
        weights.addAll(ofLayer.apply(program.section(block)));
      }
      units.put(new Size.Layer(kind.number()), weights);
    }
    List<LocalWeight> own = new ArrayList<>();
    for (LocalWeight weight : program.head().weights()) {
      boolean isShared = program.head().block().borrows(weight.weight());
      boolean isRead = ofLayer.apply(program.head()).contains(weight);
      if (isRead && !(isShared && isOfEmbedding(program, weight))) {
        own.add(weight);
      }
    }
    units.put(Size.End.HEAD_APART, sharedTables(program));
    units.put(Size.End.HEAD, own);
    return units;
  }

  /**
   * The tables of the embedding that the head's stage has too: in the head, or in its last layers.
   */
  static List<LocalWeight> sharedTables(RankProgram program) {
    List<Weight> shared = program.plan().model().sharedTables();
    List<LocalWeight> ofHead =
        program.head().weights().stream()
            .filter(weight -> shared.contains(weight.weight()))
            .toList();
    List<LocalWeight> all = new ArrayList<>(ofHead);
    for (LocalWeight weight : program.embed().weights()) {
      boolean inHead = ofHead.stream().anyMatch(other -> other.weight().equals(weight.weight()));
      if (shared.contains(weight.weight()) && !inHead) {
        all.add(weight);
      }
    }
    return all;
  }

  private static boolean isOfEmbedding(RankProgram program, LocalWeight weight) {
    return program.embed().block().weights().contains(weight.weight());
  }

  /** What a stage has of some weights. */
  static Size elements(
      RankProgram program, List<LocalWeight> weights, Function<LocalWeight, Size> each) {
    List<Size> terms = new ArrayList<>();
    Map<Weight, Size.Shared> shared = SharedWeights.of(program.plan());
    units(program)
        .forEach(
            (unit, held) -> {
              List<Size> here =
                  held.stream()
                      .filter(weight -> !shared.containsKey(weight.weight()))
                      .filter(weights::contains)
                      .map(each)
                      .toList();
              if (!here.isEmpty()) {
                terms.add(new Size.Held(unit, Size.sum(here)));
              }
            });
    shared.forEach(
        (weight, users) ->
            local(program, weight)
                .filter(weights::contains)
                .ifPresent(own -> terms.add(new Size.Held(users, each.apply(own)))));
    return Size.sum(terms);
  }

  /** A weight where the first of the blocks that use it has it. */
  static Optional<LocalWeight> local(RankProgram program, Weight weight) {
    return program.allBlocks().stream()
        .flatMap(section -> section.weights().stream())
        .filter(each -> each.weight().equals(weight))
        .findFirst();
  }
}
