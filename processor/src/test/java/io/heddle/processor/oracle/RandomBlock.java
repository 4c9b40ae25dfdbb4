package io.heddle.processor.oracle;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A block, drawn at random: a chain of statements from the argument to what is returned. */
final class RandomBlock {
  private static final List<String> NORMS =
      List.of(
          "rmsnorm(%s)",
          "layernorm(%s)",
          "softmax(%s)",
          "layernorm(%s, bias = none)",
          "rmsnorm(%s, weight = none)");

  private static final List<String> INNER = List.of("f", "g", "r", "c", "e");

  private final Random random;
  private final RandomMesh mesh;
  private final String name;
  private final List<String> declared = new ArrayList<>();
  private final StringBuilder operations = new StringBuilder();
  private final StringBuilder statements = new StringBuilder();
  private final Map<String, List<String>> weights = new LinkedHashMap<>();
  private final Map<String, List<String>> tensors = new LinkedHashMap<>();
  private final Map<String, List<String>> rows = new LinkedHashMap<>();
  private String now = "x";
  private final Set<String> insideKernels = new HashSet<>();
  private boolean inKernel;
  private boolean dispatched;
  private int number;

  RandomBlock(Random random, RandomMesh mesh, String name) {
    this.random = random;
    this.mesh = mesh;
    this.name = name;
    tensors.put("x", List.of("b", "s", "h"));
    int steps = 1 + random.nextInt(4);
    for (int i = 0; i < steps; i++) {
      step();
    }
    end();
  }

  String text() {
    String weightLine =
        declared.isEmpty() ? "" : "    weight " + String.join(", ", declared) + "\n";
    return "  block " + name + "(x[b s h]) {\n" + weightLine + statements + "  }\n";
  }

  /** The declarations of operations that it uses. */
  String operations() {
    return operations.toString();
  }

  /** What fused kernels make: their names are of no statements. */
  Set<String> insideKernels() {
    return insideKernels;
  }

  /** What a plan may pin by name, with its dimensions. */
  Map<String, List<String>> weights() {
    return weights;
  }

  /** As {@link #weights}. */
  Map<String, List<String>> tensors() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    rows.forEach((tensor, dims) -> all.put(name + "." + tensor, dims));
    tensors.forEach((tensor, dims) -> all.put(name + "." + tensor, dims));
    return all;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private List<String> dims() {
    return tensors.get(now);
  }

  private String weight(List<String> dims) {
    String weight = "w" + number++;
    declared.add(typed(weight, dims));
    weights.put(name + "." + weight, dims);
    return weight;
  }

  private static String typed(String name, List<String> dims) {
    return name + "[" + String.join(" ", dims) + "]";
  }

  private void statement(String line) {
    inKernel = line.startsWith("fused ") || (inKernel && !line.equals("}"));
    statements.append("    ").append(line).append('\n');
  }

  private String define(List<String> dims, String value) {
    String tensor = "t" + number++;
    statement(typed(tensor, dims) + " = " + value);
    tensors.put(tensor, dims);
    if (inKernel) {
      insideKernels.add(name + "." + tensor);
    }
    now = tensor;
    return tensor;
  }

  private static List<String> append(List<String> dims, String... more) {
    List<String> all = new ArrayList<>(dims);
    all.addAll(List.of(more));
    return all;
  }

  private void step() {
    if (mesh.experts && !dispatched && chance(50)) {
      experts();
      return;
    }
    switch (random.nextInt(11)) {
      case 0 -> norm();
      case 10 -> own();
      case 1, 2 -> product();
      case 3 -> fused();
      case 4 -> pointWise();
      case 5, 6 -> attention();
      case 7 -> tensorProduct();
      case 8 -> define(dims(), now + " + " + weight(some(dims())));
      default -> gated();
    }
  }

  /** An operation of one's own, with an earlier tensor and a weight perhaps. */
  private void own() {
    List<List<String>> arguments = new ArrayList<>(List.of(dims()));
    List<String> given = new ArrayList<>(List.of(now));
    if (chance(50)) {
      String other = one(new ArrayList<>(tensors.keySet()));
      if (!other.equals(now)) {
        arguments.add(tensors.get(other));
        given.add(other);
      }
    }
    if (chance(40)) {
      List<String> dims = new ArrayList<>(some(dims()));
      dims.remove("s");
      if (!dims.isEmpty()) {
        arguments.add(dims);
        given.add(weight(dims));
      }
    }
    String called = name + "_op" + number++;
    RandomOperation operation = new RandomOperation(random, called, arguments);
    operations.append(operation.text());
    define(operation.result(), called + "(" + String.join(", ", given) + ")");
  }

  private void norm() {
    if (!dims().get(dims().size() - 1).equals("s")) {
      define(dims(), one(NORMS).formatted(now));
    }
  }

  /** Some of the dimensions that a weight may have: all but the batch, one at least. */
  private List<String> some(List<String> from) {
    List<String> usable = from.stream().filter(dim -> !dim.equals("b")).toList();
    List<String> chosen = new ArrayList<>(usable.stream().filter(dim -> chance(40)).toList());
    return chosen.isEmpty() ? List.of(usable.get(usable.size() - 1)) : chosen;
  }

  private List<String> inner() {
    return dims().stream().filter(dim -> !dim.equals("b") && !dim.equals("s")).toList();
  }

  private List<String> fresh(int most) {
    List<String> found = new ArrayList<>();
    for (String dim : INNER) {
      if (!dims().contains(dim) && found.size() < most && chance(45)) {
        found.add(dim);
      }
    }
    return found;
  }

  /** A weight that sums over some dimensions, brings others, and may keep one. */
  private void product() {
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

  private void fused() {
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
      made.add(define(result, value));
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

  private void pointWise() {
    String function = one(List.of("gelu(", "rope(", "silu(", "relu(", "sigmoid("));
    define(dims(), function + now + ")" + (chance(30) ? " * " + weight(some(dims())) : ""));
  }

  /** Something with an earlier tensor of the same dimensions, or of fewer. */
  private void gated() {
    String other = one(new ArrayList<>(tensors.keySet()));
    if (dims().containsAll(tensors.get(other))) {
      String form = one(List.of("%s + %s", "%s * %s", "silu(%s) * %s", "gelu(%s) + %s"));
      define(dims(), form.formatted(now, other));
    }
  }

  /** Two tensors, summed over what both have beside the stream's outer dimensions. */
  private void tensorProduct() {
    String other = one(new ArrayList<>(tensors.keySet()));
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

  /** Queries with r, keys and values without; perhaps of two parts, one of which heads share. */
  private void attention() {
    if (!dims().contains("h") || dims().size() != 3) {
      return;
    }
    String input = now;
    List<String> group = chance(60) || mesh.context.equals("all_to_all") ? List.of("g") : List.of();
    List<String> heads = new ArrayList<>(group);
    if (heads.isEmpty() || chance(50)) {
      heads.add("r");
    }
    boolean parts = chance(40);
    boolean together = chance(60);
    if (together) {
      statement("fused kernel" + number++ + " {");
    }
    String q = projected(input, heads, parts ? "da" : "d");
    String k = projected(input, group, parts ? "da" : "d");
    String v = projected(input, group, "d");
    if (together) {
      statement("}");
    }
    if (parts && chance(40)) {
      String both = projected(input, heads, "dj");
      q = joined(part(both, heads, "da", 0), part(both, heads, "ds", mesh.size("da")), heads);
      k = joined(k, projected(input, group, "ds"), group);
    } else if (parts) {
      String ownQ = projected(input, chance(70) ? heads : List.of(), "ds");
      String ownK = projected(input, chance(30) ? group : List.of(), "ds");
      q = joined(q, ownQ, heads);
      k = joined(k, ownK, group);
    }
    String form = one(List.of("rope(%s), rope(%s), %s, over = s, causal", "%s, %s, %s, over = s"));
    boolean causal = form.contains("causal");
    String arguments = form.formatted(q, k, v);
    if (mesh.selects() && chance(30)) {
      String keys = selection(input, group, q, k, causal);
      arguments = arguments.replace(", causal", "") + ", keys = " + keys + changes(heads);
    } else {
      arguments += scores(heads, causal);
    }
    define(
        append(append(List.of("b", "s"), heads.toArray(String[]::new)), "d"),
        "attend(" + arguments + ")");
  }

  /**
   * Keys that queries of one group of heads, or of all, choose; perhaps an indexer chooses them.
   */
  private String selection(String input, List<String> group, String q, String k, boolean causal) {
    List<String> result = List.of("b", "s");
    String chosen;
    if (chance(50)) {
      String from = chance(60) ? "detach(" + input + ")" : input;
      String qi = projected(from, List.of("r"), "ds");
      String ki = projected(from, List.of(), "ds");
      String wi = define(List.of("b", "s", "r"), from + " * " + weight(List.of("h", "r")));
      chosen = qi + ", " + ki + (chance(80) ? ", " + wi : "");
    } else {
      result = chance(30) ? append(result, group.toArray(String[]::new)) : result;
      String each = chance(50) ? "detach(%s), detach(%s)" : "%s, %s";
      chosen = each.formatted(q, k);
    }
    List<String> dims = append(result, "kk");
    String made = define(dims, "select(" + chosen + ", over = s" + (causal ? ", causal)" : ")"));
    rows.put(made, tensors.remove(made));
    return made;
  }

  /** Which keys queries see, and what is done with the scores. */
  private String scores(List<String> heads, boolean causal) {
    String scores = "";
    if (chance(30)) {
      List<String> bounds = List.of(", window = 2", ", chunk = 3", ", chunk = 2", ", prefix = 2");
      scores = one(causal ? bounds : bounds.subList(0, 3));
    }
    return scores + changes(heads);
  }

  private String changes(List<String> heads) {
    String cap = chance(20) ? ", softcap = 2" : "";
    return cap + (chance(30) ? ", sinks = " + weight(heads) : "");
  }

  /** A part of queries or keys of both parts. */
  private String part(String both, List<String> heads, String depth, int at) {
    List<String> result = new ArrayList<>(List.of("b", "s"));
    result.addAll(heads);
    String begin = at == 0 ? "" : ", at = " + at;
    return define(append(result, depth), "slice(" + both + begin + ")");
  }

  private String projected(String input, List<String> heads, String depth) {
    List<String> own = append(heads, depth);
    List<String> result = new ArrayList<>(List.of("b", "s"));
    result.addAll(own);
    List<String> weight = new ArrayList<>(List.of("h"));
    weight.addAll(own);
    return define(result, input + " * " + weight(weight));
  }

  private String joined(String first, String second, List<String> heads) {
    boolean swap = tensors.get(first).size() == tensors.get(second).size() && chance(50);
    String value = swap ? second + ", rope(" + first + ")" : first + ", " + second;
    List<String> result = new ArrayList<>(List.of("b", "s"));
    result.addAll(heads);
    return define(append(result, "dj"), "concat(" + value + ")");
  }

  /** Tokens go to experts, which perhaps do something, and come back. */
  private void experts() {
    if (dims().size() != 3 || !dims().containsAll(List.of("b", "s"))) {
      return;
    }
    dispatched = true;
    String tokens = now;
    String size = inner().get(0);
    String scores = define(List.of("b", "s", "er"), tokens + " * " + weight(List.of(size, "er")));
    if (chance(70)) {
      scores = define(dims(), one(List.of("softmax(%s)", "sigmoid(%s)")).formatted(scores));
    }
    String call = "dispatch(" + tokens + ", " + scores + ", top = " + mesh.top() + ")";
    String made = define(List.of("ee", "t", size), call);
    String out = size;
    if (chance(85)) {
      out = chance(70) ? size : "h";
      String up = weight(List.of("ee", size, "fe"));
      String down = weight(List.of("ee", "fe", out));
      if (chance(50)) {
        String gate = weight(List.of("ee", size, "fe"));
        statement("fused kernel" + number++ + " {");
        String one = define(List.of("ee", "t", "fe"), made + " * " + gate);
        String two = define(List.of("ee", "t", "fe"), made + " * " + up);
        statement("}");
        made = define(dims(), "silu(" + one + ") * " + two);
      } else {
        made = define(List.of("ee", "t", "fe"), made + " * " + up);
      }
      made = define(List.of("ee", "t", out), made + " * " + down);
    } else {
      made = define(dims(), "gelu(" + made + ")");
    }
    List<String> inside = new ArrayList<>(tensors.keySet());
    define(List.of("b", "s", out), "combine(" + made + ", " + scores + ")");
    // What has the rows of experts is of no use to other statements.
    inside.stream()
        .filter(tensor -> tensors.get(tensor).contains("t"))
        .forEach(tensor -> rows.put(tensor, tensors.remove(tensor)));
  }

  /** Back to the stream. */
  private void end() {
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
        (tensor, dims) -> {
          if (!tensor.equals("x") && !tensor.equals(now) && dims.equals(List.of("b", "s", "h"))) {
            more.add(tensor);
          }
        });
    String sum = chance(80) ? "x + " + now : now;
    if (!more.isEmpty() && chance(50)) {
      sum += " + " + one(more);
    }
    statement("return " + sum);
  }
}
