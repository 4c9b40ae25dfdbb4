package io.heddle.processor.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A small model with a plan, drawn from a seed, as text. Not every one compiles. */
final class RandomModel {
  private static final List<String> INNER = List.of("f", "g", "r", "c", "e");

  private final Random random;
  private final StringBuilder text = new StringBuilder();
  private final List<String> axes = new ArrayList<>();
  private final Map<String, List<String>> shard = new LinkedHashMap<>();
  private final Map<String, List<String>> weights = new LinkedHashMap<>();
  private final List<String> stored = new ArrayList<>();

  private RandomModel(long seed) {
    this.random = new Random(seed);
  }

  /** The text of one file with model {@code M} and plan {@code P}. */
  static String text(long seed) {
    return new RandomModel(seed).write();
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String write() {
    boolean pipeline = chance(30);
    axes.addAll(List.of("u", "v", "w").subList(0, 1 + random.nextInt(pipeline ? 2 : 3)));
    shards();
    text.append("tfm 1\nimport \"std/clusters.tfm\"\nmodel M {\n");
    text.append("  param layers = ").append(pipeline ? 2 : 1 + random.nextInt(2)).append('\n');
    text.append("  dim b\n  dim s = 8, h = 8, voc = 8, f = 8, g = 8, r = 8, c = 8, e = 8, d = 2\n");
    int blocks = 1 + random.nextInt(3);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      names.add("block" + i);
      block("block" + i);
    }
    text.append("  embed tokens[voc h]").append(chance(40) ? ", positions[s h]\n" : "\n");
    text.append("  stack layers of ").append(String.join(", ", names)).append('\n');
    text.append(chance(30) ? "  head tied tokens norm " : "  head logits[h voc] norm ");
    text.append(one(List.of("rmsnorm", "layernorm", "none"))).append("\n}\n");
    plan(pipeline);
    return text.toString();
  }

  /** Each axis splits one dimension, and perhaps the vocabulary. */
  private void shards() {
    for (String axis : axes) {
      String dim = one(List.of("b", "f", "f", "g", "g", "r", "c", "e", "h", "s"));
      shard.computeIfAbsent(dim, unused -> new ArrayList<>()).add(axis);
      if (chance(40) && !List.of("b", "h", "s").contains(dim)) {
        shard.computeIfAbsent("voc", unused -> new ArrayList<>()).add(axis);
      }
    }
  }

  private void plan(boolean pipeline) {
    text.append("plan P of M {\n  mesh ");
    if (pipeline) {
      text.append("pp = 2, ");
    }
    text.append(String.join(" = 2, ", axes)).append(" = 2\n  shard {\n");
    shard.forEach(
        (dim, list) ->
            text.append("    ")
                .append(dim)
                .append(" over ")
                .append(String.join(", ", list))
                .append('\n'));
    if (pipeline) {
      text.append("    layers over pp\n");
    }
    stream();
    text.append("  }\n");
    if (chance(40)) {
      pins();
    }
    List<String> data = new ArrayList<>();
    List.of("b", "s", "h").forEach(dim -> data.addAll(shard.getOrDefault(dim, List.of())));
    text.append("  batch 16  micro_batch 2\n");
    text.append("  schedule ").append(one(List.of("one_f_one_b", "gpipe"))).append('\n');
    keep();
    text.append("  recompute ").append(one(List.of("none", "full"))).append('\n');
    if (!data.isEmpty() && chance(50)) {
      text.append("  optimizer adam sharded over ").append(one(data)).append('\n');
    }
    int ranks = (pipeline ? 2 : 1) << axes.size();
    text.append("  on flat(n = ").append(ranks).append(")\n}\n");
    text.append("cluster flat(n = 1) {\n  device h100_sxm\n");
    text.append("  network switch n at 50 GB/s latency 1 us\n}\n");
    text.insert(text.indexOf("model M"), "import \"std/devices.tfm\"\n");
  }

  /** Tensors that stay as they were gathered, where they were. */
  private void keep() {
    List<String> kept = new ArrayList<>(stored.stream().filter(tensor -> chance(20)).toList());
    if (!kept.isEmpty()) {
      text.append("  keep ").append(String.join(", ", kept)).append('\n');
    }
  }

  private void stream() {
    String dim = one(List.of("s", "s", "h", "b"));
    List<String> used = new ArrayList<>();
    List.of("b", "s", "h").stream()
        .filter(other -> !other.equals(dim))
        .forEach(other -> used.addAll(shard.getOrDefault(other, List.of())));
    List<String> list = new ArrayList<>(shard.getOrDefault(dim, List.of()));
    for (String axis : axes) {
      if (!used.contains(axis) && !list.contains(axis) && chance(60)) {
        list.add(axis);
      }
    }
    if (!list.isEmpty()) {
      text.append("    stream: ")
          .append(dim)
          .append(" over ")
          .append(String.join(", ", list))
          .append('\n');
    }
  }

  private void pins() {
    List<String> all = new ArrayList<>(weights.keySet());
    Set<String> pinned = new LinkedHashSet<>();
    for (int i = 0; i < 1 + random.nextInt(2) && !all.isEmpty(); i++) {
      String weight = one(all);
      boolean gradient = chance(50);
      if (!pinned.add(weight + gradient)) {
        continue;
      }
      text.append("  pin ").append(gradient ? "grad " : "").append(weight).append('[');
      List<String> free = new ArrayList<>(axes);
      List<String> parts = new ArrayList<>();
      for (String dim : weights.get(weight)) {
        String part = dim;
        if (!free.isEmpty() && !dim.equals("d") && chance(60)) {
          part += "/" + free.remove(random.nextInt(free.size()));
        }
        parts.add(part);
      }
      text.append(String.join(" ", parts)).append("]\n");
    }
  }

  /** Statements of a block: a chain from the argument to what is returned. */
  private void block(String name) {
    Chain chain = new Chain(name);
    int steps = 1 + random.nextInt(4);
    for (int i = 0; i < steps; i++) {
      chain.step();
    }
    chain.end();
    text.append("  block ").append(name).append("(x[b s h]) {\n");
    if (!chain.declared.isEmpty()) {
      text.append("    weight ").append(String.join(", ", chain.declared)).append('\n');
    }
    text.append(chain.statements).append("  }\n");
  }

  private final class Chain {
    final String block;
    final List<String> declared = new ArrayList<>();
    final StringBuilder statements = new StringBuilder();
    final Map<String, List<String>> tensors = new LinkedHashMap<>();
    String now = "x";
    int number;

    Chain(String block) {
      this.block = block;
      tensors.put("x", List.of("b", "s", "h"));
    }

    List<String> dims() {
      return tensors.get(now);
    }

    String weight(List<String> dims) {
      String weight = "w" + number++;
      declared.add(weight + "[" + String.join(" ", dims) + "]");
      weights.put(block + "." + weight, dims);
      return weight;
    }

    String typed(String name, List<String> dims) {
      return name + "[" + String.join(" ", dims) + "]";
    }

    void statement(String line) {
      statements.append("    ").append(line).append('\n');
    }

    void define(List<String> dims, String value) {
      String name = "t" + number++;
      statement(typed(name, dims) + " = " + value);
      tensors.put(name, dims);
      stored.add(block + "." + name);
      now = name;
    }

    void step() {
      switch (random.nextInt(9)) {
        case 0 -> {
          if (!dims().get(dims().size() - 1).equals("s")) {
            define(dims(), one(List.of("rmsnorm(", "layernorm(")) + now + ")");
          }
        }
        case 1, 2 -> product();
        case 3 -> fused();
        case 4 -> pointWise();
        case 5 -> attention();
        case 6 -> tensorProduct();
        case 7 -> define(dims(), now + " + " + weight(some(dims())));
        default -> gated();
      }
    }

    /** Some of the dimensions that a weight may have: all but the batch, one at least. */
    List<String> some(List<String> from) {
      List<String> usable = from.stream().filter(dim -> !dim.equals("b")).toList();
      List<String> chosen = new ArrayList<>(usable.stream().filter(dim -> chance(40)).toList());
      return chosen.isEmpty() ? List.of(usable.get(usable.size() - 1)) : chosen;
    }

    List<String> inner() {
      return dims().stream().filter(dim -> !dim.equals("b") && !dim.equals("s")).toList();
    }

    List<String> fresh(int most) {
      List<String> found = new ArrayList<>();
      for (String dim : INNER) {
        if (!dims().contains(dim) && found.size() < most && chance(45)) {
          found.add(dim);
        }
      }
      return found;
    }

    /** A weight that sums over some dimensions, brings others, and may keep one. */
    void product() {
      List<String> summed = new ArrayList<>(inner());
      if (summed.isEmpty()) {
        return;
      }
      List<String> kept = new ArrayList<>();
      if (summed.size() > 1 && chance(40)) {
        kept.add(summed.remove(0));
      }
      List<String> brought = fresh(2);
      if (brought.isEmpty()) {
        brought = List.of(dims().contains("c") ? "e" : "c");
      }
      List<String> result = new ArrayList<>(dims());
      result.removeAll(summed);
      result.addAll(brought);
      List<String> weight = new ArrayList<>(kept);
      weight.addAll(summed);
      weight.addAll(brought);
      define(result, now + " * " + weight(weight));
    }

    void fused() {
      List<String> summed = inner();
      if (summed.isEmpty()) {
        return;
      }
      List<String> most = fresh(2);
      String input = now;
      List<String> rest = new ArrayList<>(dims());
      rest.removeAll(summed);
      List<String> made = new ArrayList<>();
      statement("fused kernel" + number++ + " {");
      boolean bias = chance(30);
      for (int i = 0; i < 2; i++) {
        List<String> brought = i == 0 || chance(60) ? most : most.stream().limit(1).toList();
        List<String> result = new ArrayList<>(rest);
        result.addAll(brought);
        List<String> weight = new ArrayList<>(summed);
        weight.addAll(brought);
        String value = input + " * " + weight(weight);
        if (bias && !brought.isEmpty()) {
          value += " + " + weight(brought);
        }
        String name = "t" + number++;
        statement("  " + typed(name, result) + " = " + value);
        tensors.put(name, result);
        made.add(name);
      }
      statement("}");
      now = made.get(0);
      String other = made.get(1);
      if (chance(50)) {
        define(dims(), one(List.of("rope(", "silu(")) + other + ") + " + now);
      } else {
        define(dims(), now + " * " + other);
      }
    }

    void pointWise() {
      String function = one(List.of("gelu(", "rope(", "silu(", "relu("));
      define(dims(), function + now + ")" + (chance(30) ? " * " + weight(some(dims())) : ""));
    }

    /** Something with an earlier tensor of the same dimensions, or of fewer. */
    void gated() {
      List<String> names = new ArrayList<>(tensors.keySet());
      String other = one(names);
      if (dims().containsAll(tensors.get(other))) {
        String form = one(List.of("%s + %s", "%s * %s", "silu(%s) * %s", "gelu(%s) + %s"));
        define(dims(), form.formatted(now, other));
      }
    }

    /** Two tensors, summed over what both have beside the stream's outer dimensions. */
    void tensorProduct() {
      List<String> names = new ArrayList<>(tensors.keySet());
      String other = one(names);
      List<String> shared = new ArrayList<>(inner());
      shared.retainAll(tensors.get(other));
      if (other.equals(now) || shared.isEmpty() || !tensors.get(other).contains("s")) {
        return;
      }
      List<String> summed = shared.subList(0, 1);
      List<String> result = new ArrayList<>(dims());
      tensors.get(other).stream().filter(dim -> !result.contains(dim)).forEach(result::add);
      result.removeAll(summed);
      if (result.size() > 2 && result.size() <= 4) {
        define(result, now + " * " + other);
      }
    }

    /** Queries with r, keys and values without. */
    void attention() {
      if (!dims().equals(List.of("b", "s", "h"))) {
        return;
      }
      String q = "q" + number++;
      String k = "k" + number++;
      String v = "v" + number++;
      List<String> group = chance(50) ? List.of("g") : List.of();
      List<String> heads = new ArrayList<>(group);
      if (heads.isEmpty() || chance(50)) {
        heads.add("r");
      }
      List<List<String>> results = new ArrayList<>();
      for (List<String> own : List.of(heads, group, group)) {
        List<String> result = new ArrayList<>(List.of("b", "s"));
        result.addAll(own);
        result.add("d");
        results.add(result);
      }
      boolean together = chance(60);
      if (together) {
        statement("fused kernel" + number++ + " {");
      }
      String input = now;
      List<String> names = List.of(q, k, v);
      for (int i = 0; i < 3; i++) {
        List<String> weight = new ArrayList<>(List.of("h"));
        weight.addAll(results.get(i).subList(2, results.get(i).size()));
        statement(typed(names.get(i), results.get(i)) + " = " + input + " * " + weight(weight));
        tensors.put(names.get(i), results.get(i));
      }
      if (together) {
        statement("}");
      }
      String form =
          chance(50)
              ? "attend(rope(%s), rope(%s), %s, over = s, causal)"
              : "attend(%s, %s, %s, over = s)";
      define(results.get(0), form.formatted(q, k, v));
    }

    /** Back to the stream. */
    void end() {
      if (now.equals("x") || !dims().containsAll(List.of("b", "s", "h")) || dims().size() > 3) {
        List<String> weight = new ArrayList<>(inner());
        weight.remove("h");
        if (!dims().contains("h") || weight.isEmpty()) {
          weight.add("h");
        }
        if (now.equals("x")) {
          define(List.of("b", "s", "f"), "x * " + weight(List.of("h", "f")));
          weight = List.of("f", "h");
        }
        define(List.of("b", "s", "h"), now + " * " + weight(weight));
      }
      List<String> more = new ArrayList<>();
      tensors.forEach(
          (name, dims) -> {
            if (!name.equals("x") && !name.equals(now) && dims.equals(List.of("b", "s", "h"))) {
              more.add(name);
            }
          });
      String sum = chance(80) ? "x + " + now : now;
      if (!more.isEmpty() && chance(50)) {
        sum += " + " + one(more);
      }
      statement("return " + sum);
    }
  }
}
