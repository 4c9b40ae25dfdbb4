package io.heddle.processor.oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A small mesh with what a plan splits over it, and sizes of dimensions that mostly divide by that.
 */
final class RandomMesh {
  private static final int MOST_RANKS = 12;

  private final Random random;

  /** Axes with their sizes, without that of the pipeline. */
  final Map<String, Integer> axes = new LinkedHashMap<>();

  /** The axes that the shard rules give each dimension. */
  final Map<String, List<String>> shard = new LinkedHashMap<>();

  /** The stream's own rule: a dimension with its axes; empty where there is none. */
  final Map<String, List<String>> stream = new LinkedHashMap<>();

  /** Axes that the experts regroup, and what they make of them; empty where they do not. */
  final List<String> regrouped = new ArrayList<>();

  final Map<String, Integer> view = new LinkedHashMap<>();

  /** {@code all_gather}, {@code all_to_all}, or empty where keys are whole. */
  final String context;

  final boolean experts;
  final int stages;

  private final Map<String, Integer> sizes = new LinkedHashMap<>();

  RandomMesh(Random random) {
    this.random = random;
    this.stages = chance(30) ? 2 + random.nextInt(2) : 1;
    this.experts = chance(50);
    axes();
    shards();
    stream();
    boolean splitKeys = shard.containsKey("s");
    this.context = !splitKeys ? "" : one(List.of("ring", "all_gather", "all_to_all"));
    if (experts) {
      experts();
    }
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private void axes() {
    int ranks = 1;
    int count = 1 + random.nextInt(3);
    for (String axis : List.of("u", "v", "w").subList(0, count)) {
      int size = one(List.of(1, 2, 2, 2, 3, 4));
      if (ranks * size <= MOST_RANKS) {
        axes.put(axis, size);
        ranks *= size;
      }
    }
  }

  /** Each axis splits one dimension, and perhaps the vocabulary or what is inside an expert. */
  private void shards() {
    for (String axis : axes.keySet()) {
      String dim = one(List.of("b", "b", "f", "f", "g", "g", "r", "c", "e", "h", "s", "s", "ds"));
      split(dim, axis);
      if (!List.of("b", "h", "s").contains(dim)) {
        if (chance(40)) {
          split("voc", axis);
        }
        if (experts && chance(40)) {
          split("fe", axis);
        }
        if (experts && chance(10)) {
          split("er", axis);
        }
      }
    }
  }

  private void split(String dim, String axis) {
    shard.computeIfAbsent(dim, unused -> new ArrayList<>()).add(axis);
  }

  /** The axes of a dimension of the stream, by the shard rules. */
  private List<String> axesOf(String dim) {
    return shard.getOrDefault(dim, List.of());
  }

  private void stream() {
    String dim = one(List.of("s", "s", "s", "h", "b"));
    List<String> list = new ArrayList<>(axesOf(dim));
    for (String axis : axes.keySet()) {
      boolean used = List.of("b", "s", "h").stream().anyMatch(d -> axesOf(d).contains(axis));
      if (!used && chance(60)) {
        list.add(axis);
      }
    }
    if (!list.isEmpty()) {
      stream.put(dim, list);
    }
  }

  /** The axes that split the dimension of the stream where it is stored. */
  private List<String> stored(String dim) {
    return stream.getOrDefault(dim, axesOf(dim));
  }

  /** Experts lie whole, or over axes of the tokens, or over axes that are made of any. */
  private void experts() {
    List<String> tokens = new ArrayList<>(axesOf("b"));
    tokens.addAll(stored("s"));
    if (chance(50)) {
      Collections.shuffle(tokens, random);
      tokens.stream().filter(axis -> chance(60)).forEach(axis -> split("ee", axis));
      return;
    }
    List<String> all = new ArrayList<>(tokens);
    axes.keySet().stream().filter(axis -> !all.contains(axis) && chance(40)).forEach(all::add);
    Collections.shuffle(all, random);
    all.stream().limit(2).forEach(regrouped::add);
    if (regrouped.isEmpty()) {
      return;
    }
    // An axis and one made of it must not meet inside an expert.
    shard.getOrDefault("fe", new ArrayList<>()).removeAll(regrouped);
    int rest = product(regrouped);
    for (String axis : List.of("x", "y")) {
      List<Integer> divisors = new ArrayList<>();
      for (int size = 1; size <= rest; size++) {
        if (rest % size == 0) {
          divisors.add(size);
        }
      }
      int size = one(divisors);
      view.put(axis, size);
      rest /= size;
    }
    if (rest > 1) {
      view.put("z", rest);
    }
    List<String> made = new ArrayList<>(view.keySet());
    Collections.shuffle(made, random);
    made.stream().filter(axis -> chance(60)).forEach(axis -> split("ee", axis));
  }

  /** Ranks along axes of the mesh or of the view. */
  int product(Iterable<String> along) {
    int ranks = 1;
    for (String axis : along) {
      ranks *= axes.getOrDefault(axis, 1) * view.getOrDefault(axis, 1);
    }
    return ranks;
  }

  int ranks() {
    return product(axes.keySet());
  }

  /** Size of a dimension; the batch is that of one replica. */
  int size(String dim) {
    return sizes.computeIfAbsent(dim, this::draw);
  }

  private int draw(String dim) {
    int base = product(splitting(dim));
    if (dim.equals("s") && List.of("ring", "all_gather").contains(context)) {
      base *= 2;
    }
    if (dim.equals("b")) {
      return 1 + random.nextInt(2);
    }
    int most = dim.equals("voc") ? 6 : 4;
    int factor = Math.max(1, most / base - random.nextInt(2));
    return base * Math.max(factor, base == 1 ? 2 : 1);
  }

  private Set<String> splitting(String dim) {
    Set<String> all = new LinkedHashSet<>(axesOf(dim));
    if (List.of("b", "s", "h").contains(dim)) {
      all.addAll(stored(dim));
    }
    if (dim.equals("s")) {
      regrouped.stream().filter(axis -> !axesOf("b").contains(axis)).forEach(all::add);
    }
    if (dim.equals("g") && context.equals("all_to_all")) {
      all.addAll(axesOf("s"));
    }
    return all;
  }

  /** Whether ranks have all keys, so that queries can select any of them. */
  boolean selects() {
    return context.isEmpty() || context.equals("all_gather");
  }

  /** Experts that each token goes to: the rows of every expert come out whole if they can. */
  int top() {
    int tokens = size("b") * product(axesOf("b")) * size("s");
    int experts = size("ee");
    List<Integer> possible = new ArrayList<>();
    for (int top = 1; top <= Math.min(3, experts); top++) {
      if (tokens * top % experts == 0) {
        possible.add(top);
      }
    }
    return sizes.computeIfAbsent("top", unused -> possible.isEmpty() ? 1 : one(possible));
  }
}
