package io.heddle.cli.convert;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which blocks the layers of a model consist of, from the first to the last. */
final class LayerPattern {
  private final List<List<String>> layers;

  LayerPattern(List<List<String>> layers) {
    this.layers = List.copyOf(layers);
  }

  /** The blocks, in the order in which they are first used. */
  Set<String> blocks() {
    Set<String> blocks = new LinkedHashSet<>();
    layers.forEach(blocks::addAll);
    return blocks;
  }

  /** The lines of the language that stack them. */
  List<String> stacks() {
    List<Integer> runs = new ArrayList<>();
    for (int from = 0; from < layers.size(); ) {
      int to = from;
      while (to < layers.size() && layers.get(to).equals(layers.get(from))) {
        to++;
      }
      runs.add(to - from);
      from = to;
    }
    List<String> lines = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < runs.size(); i++) {
      String count =
          runs.size() == 1
              ? "layers"
              : runs.size() == 2 && i == 1 ? "layers - " + runs.get(0) : "" + runs.get(i);
      lines.add("  stack %s of %s".formatted(count, String.join(", ", layers.get(at))));
      at += runs.get(i);
    }
    return lines;
  }
}
