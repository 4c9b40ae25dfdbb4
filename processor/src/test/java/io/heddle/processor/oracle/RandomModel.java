package io.heddle.processor.oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A small model with a plan, drawn from a seed, as text. Not every one compiles. */
final class RandomModel {
  private static final List<String> WHOLE = List.of("one_f_one_b", "gpipe", "zero_bubble");

  /** Schedules that have two chunks on each stage. */
  private static final List<String> CHUNKED =
      List.of("zb_v", "v_half", "v_min", "dualpipe_v", "dualpipe_v");

  private static final List<String> DIMS =
      List.of("s", "h", "voc", "f", "g", "r", "c", "e", "d", "da", "ds", "kk");

  private final Random random;
  private final RandomMesh mesh;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder operations = new StringBuilder();
  private final Map<String, List<String>> weights = new LinkedHashMap<>();
  private final Map<String, List<String>> tensors = new LinkedHashMap<>();
  private final List<String> blocks = new ArrayList<>();
  private final List<String> shared = new ArrayList<>();
  private final boolean forward;
  private final Random freezing;
  private final Random sharing;
  private final Set<String> insideKernels = new LinkedHashSet<>();
  private final Set<String> gradientPins = new LinkedHashSet<>();
  private int layers;

  private RandomModel(long seed) {
    this.random = new Random(seed);
    this.freezing = new Random(~seed);
    this.sharing = new Random(seed + 1);
    this.forward = freezing.nextInt(10) == 0;
    this.mesh = new RandomMesh(random);
  }

  /** The text of one file with model {@code M} and plan {@code P}. */
  static String text(long seed) {
    RandomModel model = new RandomModel(seed);
    return RandomLevels.sometimes(seed, model.mesh, model.write());
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String write() {
    text.append("tfm 1\nimport \"std/devices.tfm\"\nmodel M {\n  dim b\n");
    List<String> sizes = new ArrayList<>();
    DIMS.forEach(dim -> sizes.add(dim + " = " + mesh.size(dim)));
    sizes.add("dj = " + (mesh.size("da") + mesh.size("ds")));
    text.append("  dim ").append(String.join(", ", sizes)).append('\n');
    if (mesh.experts) {
      text.append("  dim t\n  dim ee = %1$d, er = %1$d".formatted(mesh.size("ee")));
      text.append(", fe = ").append(mesh.size("fe")).append('\n');
    }
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      RandomBlock block = new RandomBlock(random, mesh, "block" + i);
      blocks.add("block" + i);
      text.append(block.text());
      operations.append(block.operations());
      weights.putAll(block.weights());
      tensors.putAll(block.tensors());
      insideKernels.addAll(block.insideKernels());
    }
    blocks.stream().filter(block -> sharing.nextInt(7) == 0).forEach(shared::add);
    text.append("  embed tokens[voc h]").append(chance(40) ? ", positions[s h]" : "");
    text.append(chance(15) ? " norm layernorm\n" : "\n");
    stacks();
    head();
    plan();
    cluster();
    return text.append(operations).toString();
  }

  /** A head, or a block in its place, which may use the table of the embedding again. */
  private void head() {
    if (chance(20)) {
      boolean tied = chance(70);
      text.append("  block last(x[b s h]) {\n    weight bias[voc]");
      text.append(tied ? "\n" : ", logits[h voc]\n")
          .append("    a = rmsnorm(x)\n    z[b s voc] = a * ");
      text.append(tied ? "tokens" : "logits")
          .append(chance(50) ? " + bias\n" : "\n    w = z + bias\n");
      text.append("    return ").append(chance(40) ? "squared_error" : "cross_entropy");
      text.append("(gelu(").append(text.indexOf("    w = z") > 0 ? "w" : "z");
      text.append("))\n  }\n  end last\n}\n");
      return;
    }
    text.append(chance(30) ? "  head tied tokens norm " : "  head logits[h voc] norm ");
    text.append(one(List.of("rmsnorm", "layernorm", "layernorm(bias = none)", "none")));
    text.append("\n}\n");
  }

  /** All blocks in one stack, or some in each of several; a layer for each stage at least. */
  private void stacks() {
    List<List<String>> stacks = new ArrayList<>(List.of(blocks));
    while (stacks.size() < 3 && chance(30)) {
      List<String> some = new ArrayList<>(blocks);
      Collections.shuffle(some, random);
      stacks.add(some.subList(0, 1));
    }
    for (List<String> stack : stacks) {
      int repetitions =
          stacks.size() == 1 ? mesh.stages + random.nextInt(2) : 1 + random.nextInt(2);
      layers += repetitions;
      text.append("  stack ").append(repetitions).append(" of ");
      text.append(sharing(chance(25) ? cycle() : String.join(", ", stack))).append('\n');
    }
    if (chance(10)) {
      text.append("  stack 0 of ").append(sharing(one(blocks))).append('\n');
    }
  }

  /** Layers of a stack, in which blocks share their weights that do so wherever they are. */
  private String sharing(String stack) {
    String sharing = stack;
    for (String block : shared) {
      sharing = sharing.replace(block, "shared " + block);
    }
    return sharing;
  }

  /** Layers of one, two or three kinds in turn; every block is in one of them. */
  private String cycle() {
    List<String> parts = new ArrayList<>(List.of("(" + String.join(", ", blocks) + ")"));
    while (parts.size() < 3 && chance(70)) {
      String part = chance(50) ? one(blocks) : "(%s, %s)".formatted(one(blocks), one(blocks));
      parts.add((chance(40) ? "2 of " : "") + part);
    }
    Collections.shuffle(parts, random);
    return "cycle(" + String.join(", ", parts) + ")";
  }

  private void plan() {
    text.append("plan P of M {\n  mesh ");
    List<String> axes = new ArrayList<>();
    mesh.axes.forEach((axis, size) -> axes.add(axis + " = " + size));
    if (mesh.stages > 1) {
      axes.add(random.nextInt(axes.size() + 1), "pp = " + mesh.stages);
    }
    text.append(String.join(", ", axes)).append('\n');
    view();
    text.append("  shard {\n");
    mesh.shard.forEach(this::rule);
    if (mesh.stages > 1) {
      text.append("    layers over pp\n");
    }
    mesh.stream.forEach((dim, list) -> rule("stream: " + dim, list));
    text.append("  }\n");
    if (!mesh.context.isEmpty()) {
      text.append("  context ").append(mesh.context).append('\n');
    }
    if (mesh.experts && chance(30)) {
      text.append("  experts capacity = ").append(one(List.of("1.0", "1.25", "2.0"))).append('\n');
    }
    if (chance(40)) {
      pins();
    }
    rest();
  }

  private void rule(String dim, List<String> list) {
    if (!list.isEmpty()) {
      text.append("    " + dim + " over " + String.join(", ", list) + "\n");
    }
  }

  private void view() {
    if (mesh.view.isEmpty()) {
      return;
    }
    List<String> made = new ArrayList<>(mesh.view.keySet());
    int left = random.nextInt(made.size());
    List<String> sizes = new ArrayList<>();
    made.stream()
        .filter(axis -> !axis.equals(made.get(left)))
        .forEach(axis -> sizes.add(axis + " = " + mesh.view.get(axis)));
    String from = String.join(" ", mesh.regrouped);
    String to = String.join(" ", made);
    text.append("  view moe: (" + from + ") = (" + to + ") where ");
    text.append(String.join(", ", sizes)).append('\n');
  }

  private void pins() {
    Set<String> pinned = new LinkedHashSet<>();
    for (int i = 0; i < 1 + random.nextInt(2); i++) {
      boolean weight = !weights.isEmpty() && chance(70);
      boolean gradient = weight && !forward && chance(50);
      Map<String, List<String>> all = weight ? weights : tensors;
      String name = one(new ArrayList<>(all.keySet()));
      if (pinned.add(name + gradient)) {
        if (gradient) {
          gradientPins.add(name);
        }
        text.append("  pin ").append(gradient ? "grad " : "").append(name);
        text.append('[').append(String.join(" ", placed(all.get(name)))).append("]\n");
      }
    }
  }

  private List<String> placed(List<String> dims) {
    List<String> free = new ArrayList<>(mesh.axes.keySet());
    if (dims.contains("ee")) {
      free.removeAll(mesh.regrouped);
      free.addAll(mesh.view.keySet());
    }
    List<String> parts = new ArrayList<>();
    for (String dim : dims) {
      String part = dim;
      if (!free.isEmpty() && chance(60)) {
        String axis = one(free);
        boolean own = mesh.shard.getOrDefault(dim, List.of()).contains(axis);
        boolean divides = dim.equals("t") || mesh.size(dim) % mesh.product(List.of(axis)) == 0;
        if (own || divides) {
          free.remove(axis);
          part += "/" + axis;
        }
      }
      parts.add(part);
    }
    return parts;
  }

  private void rest() {
    List<String> data = new ArrayList<>();
    List.of("b", "s", "h").forEach(dim -> data.addAll(mesh.shard.getOrDefault(dim, List.of())));
    int replicas = mesh.product(mesh.shard.getOrDefault("b", List.of()));
    int microBatch = mesh.size("b");
    boolean chunked = layers % (2 * mesh.stages) == 0 && chance(60);
    boolean interleaved = chunked && chance(40);
    int rounds = 1 + random.nextInt(3);
    int group = interleaved && chance(30) ? mesh.stages + random.nextInt(3) : 0;
    int microBatches =
        interleaved
            ? (group == 0 ? rounds * mesh.stages : rounds * group + mesh.stages)
            : chunked ? rounds * mesh.stages : rounds;
    int batch = microBatch * replicas * microBatches;
    text.append("  batch " + batch + "  micro_batch " + microBatch + "\n");
    schedule(interleaved ? "interleaved" : one(chunked ? CHUNKED : WHOLE), group);
    if (forward) {
      text.append("  forward\n");
    } else {
      freeze();
      keep();
      recompute();
    }
    boolean fused = mesh.context.equals("ring") || text.indexOf("select(") > 0;
    text.append(chance(30) && !fused ? "  unfused\n" : "");
    if (layers % mesh.stages != 0 || (mesh.stages > 1 && !chunked && chance(30))) {
      text.append("  stages ").append(chance(50) ? "balanced" : listed()).append('\n');
    }
    if (!forward) {
      optimizer(data);
    }
    overlap();
    text.append("  on flat(n = ").append(mesh.ranks() * mesh.stages).append(")\n}\n");
  }

  private void optimizer(List<String> data) {
    text.append("  optimizer adam").append(chance(30) ? " clipped" : "");
    if (!data.isEmpty() && chance(70)) {
      text.append(" sharded over ").append(one(data));
      boolean says = chance(60);
      boolean early = says && chance(50);
      text.append(says ? ", gradients " + (early ? "sharded" : "whole") : "");
      if (chance(40)) {
        text.append(", weights sharded(prefetch = ").append(random.nextInt(4));
        text.append(chance(40) ? ", gathered = once)" : ")");
      }
    }
    text.append('\n');
    if (chance(60)) {
      text.append("  reduce ").append(one(List.of("at end", "per layer", "in buckets of 1 kB")));
      text.append(chance(40) ? " blocking\n" : "\n");
    } else if (chance(50)) {
      text.append("  reduce in gaps\n");
    }
  }

  private void overlap() {
    if (chance(70)) {
      List<String> axes = new ArrayList<>(mesh.axes.keySet());
      axes.addAll(mesh.view.keySet());
      Collections.shuffle(axes, random);
      text.append("  overlap ");
      text.append(String.join(", ", axes.subList(0, 1 + random.nextInt(axes.size()))));
      text.append(" chunks ").append(2 + random.nextInt(4)).append('\n');
    }
    text.append(chance(50) ? "  overlap experts\n" : "");
  }

  private void schedule(String name, int group) {
    List<String> settings = new ArrayList<>();
    if (name.equals("interleaved")) {
      settings.add("chunks = 2");
    }
    if (group > 0) {
      settings.add("group = " + group);
    }
    if (chance(30)) {
      settings.add("messages = split");
    }
    text.append("  schedule ").append(name);
    text.append(settings.isEmpty() ? "\n" : "(" + String.join(", ", settings) + ")\n");
  }

  /** Tensors that statements make. */
  private Stream<String> stored() {
    return tensors.keySet().stream()
        .filter(tensor -> !tensor.endsWith(".x") && !insideKernels.contains(tensor));
  }

  private void recompute() {
    List<String> what = new ArrayList<>();
    List<String> made = stored().toList();
    for (int i = 0; i < 2 && !made.isEmpty() && chance(50); i++) {
      what.add(one(made));
    }
    if (chance(20)) {
      what.add("block0");
    }
    if (what.isEmpty() || chance(40)) {
      what = List.of(one(List.of("none", "full")));
    }
    text.append("  recompute ").append(String.join(", ", what));
    text.append(!what.contains("none") && chance(30) ? " every 2\n" : "\n");
  }

  /**
   * Weights of a few blocks, or whole blocks and perhaps the embedding; the head is trained, and so
   * are weights that have a gradient pinned.
   */
  private void freeze() {
    if (freezing.nextInt(4) > 0) {
      return;
    }
    List<String> frozen = new ArrayList<>();
    boolean many = freezing.nextBoolean();
    if (freezing.nextBoolean()) {
      frozen.add("embed");
    }
    for (String block : blocks) {
      boolean isPinned = gradientPins.stream().anyMatch(pin -> pin.startsWith(block + "."));
      if (many && freezing.nextInt(3) > 0 && !isPinned) {
        frozen.add(block);
      }
    }
    for (String weight : weights.keySet()) {
      if (!many && freezing.nextBoolean() && !gradientPins.contains(weight)) {
        frozen.add(weight);
      }
    }
    if (!frozen.isEmpty()) {
      text.append("  freeze ").append(String.join(", ", frozen)).append('\n');
    }
  }

  /** Tensors that stay as they were gathered, where they were. */
  private void keep() {
    List<String> made = stored().toList();
    if (!made.isEmpty() && chance(30)) {
      text.append("  keep ").append(one(made)).append('\n');
    }
  }

  /** One layer on each stage but the last, which has the others; at times none at an end. */
  private String listed() {
    List<Integer> stages = new ArrayList<>(Collections.nCopies(mesh.stages, 1));
    int last = mesh.stages - 1;
    stages.set(last, layers - last);
    if (chance(40)) {
      stages.set(last, stages.get(last) + stages.get(0));
      stages.set(0, 0);
    }
    if (chance(40) && (mesh.stages > 2 || stages.get(0) > 0)) {
      stages.set(last - 1, stages.get(last - 1) + stages.get(last));
      stages.set(last, 0);
    }
    return stages.stream().map(n -> "1 of " + n).collect(Collectors.joining(", "));
  }

  private void cluster() {
    text.append("cluster flat(n = 1) {\n  device h100_sxm\n");
    text.append("  network switch n at 50 GB/s latency 1 us\n}\n");
  }
}
