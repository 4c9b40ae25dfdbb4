package io.heddle.cli.convert;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which blocks the layers of a model consist of, from the first to the last. */
final class LayerPattern {
  private static final int MOST_WIDTH = 96;

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

  /** Equal layers that follow one another. */
  private record Run(int count, List<String> blocks) {
    /** As a layer of a pattern. */
    String text() {
      String names = String.join(", ", blocks);
      String one = blocks.size() == 1 ? names : "(" + names + ")";
      return count == 1 ? one : count + " of " + one;
    }
  }

  /** How many layers stand before a pattern, and how many are its period. */
  private record Cut(int first, int period) {}

  /**
   * The lines of the language that stack them: the layers of their own at the front, and the
   * shortest pattern that all others follow.
   */
  List<String> stacks() {
    Cut cut = cut();
    List<String> lines = new ArrayList<>();
    for (Run run : runs(0, cut.first)) {
      lines.add("  stack %d of %s".formatted(run.count, String.join(", ", run.blocks)));
    }
    String count = cut.first == 0 ? "layers" : "layers - " + cut.first;
    List<Run> pattern = runs(cut.first, cut.first + cut.period);
    lines.add(
        "  stack %s of %s"
            .formatted(
                count,
                pattern.size() == 1
                    ? String.join(", ", pattern.get(0).blocks)
                    : "cycle(" + text(pattern) + ")"));
    return lines;
  }

  private static String text(List<Run> pattern) {
    List<String> runs = pattern.stream().map(Run::text).toList();
    boolean isLong = runs.stream().mapToInt(String::length).sum() > MOST_WIDTH / 2;
    return isLong
        ? runs.stream().collect(Collectors.joining(",\n      ", "\n      ", ""))
        : String.join(", ", runs);
  }

  /** The one of the fewest runs, then of the shortest period, then of the fewest layers before. */
  private Cut cut() {
    int[] periods = periods();
    int[] numbers = runNumbers();
    Cut best = new Cut(0, periods[0]);
    int fewest = Integer.MAX_VALUE;
    for (int first = 0; first < layers.size(); first++) {
      int before = first == 0 ? 0 : numbers[first - 1];
      int inside = numbers[first + periods[first] - 1] - numbers[first] + 1;
      boolean isBetter =
          before + inside < fewest || (before + inside == fewest && periods[first] < best.period);
      if (isBetter) {
        fewest = before + inside;
        best = new Cut(first, periods[first]);
      }
    }
    return best;
  }

  /** The number of the run that each layer is in, from 1. */
  private int[] runNumbers() {
    int[] runs = new int[layers.size()];
    for (int i = 0; i < runs.length; i++) {
      runs[i] = i == 0 ? 1 : runs[i - 1] + (layers.get(i).equals(layers.get(i - 1)) ? 0 : 1);
    }
    return runs;
  }

  /**
   * The shortest period of all layers from each one on: what is not the longest border of the
   * reversed layers up to it (Knuth, Morris and Pratt 1977).
   */
  private int[] periods() {
    int count = layers.size();
    int[] borders = new int[count + 1];
    borders[0] = -1;
    for (int length = 1; length <= count; length++) {
      int border = borders[length - 1];
      while (border >= 0 && !reversed(border).equals(reversed(length - 1))) {
        border = borders[border];
      }
      borders[length] = border + 1;
    }
    int[] periods = new int[count];
    for (int first = 0; first < count; first++) {
      periods[first] = count - first - borders[count - first];
    }
    return periods;
  }

  private List<String> reversed(int at) {
    return layers.get(layers.size() - 1 - at);
  }

  private List<Run> runs(int from, int to) {
    List<Run> runs = new ArrayList<>();
    for (int at = from; at < to; ) {
      int end = at;
      while (end < to && layers.get(end).equals(layers.get(at))) {
        end++;
      }
      runs.add(new Run(end - at, layers.get(at)));
      at = end;
    }
    return runs;
  }
}
