package io.heddle.processor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a whole file of a fragment of the documentation: adds the lines that it takes for granted.
 * The word behind {@code tfm} at the top of an example says what it is.
 *
 * <ul>
 *   <li>none: a whole file. It may import {@code std/…} and the files of {@code examples/models}.
 *   <li>{@code model}: lines of a model. Parameters, dimensions and blocks that it does not declare
 *       are those of {@link #DECLARED} and {@link #BLOCKS}; it gets {@code embed}, {@code stack}
 *       and {@code head} unless it has them, or {@code begin} or {@code end}.
 *   <li>{@code block}: statements on the stream {@code x[b s h]}. Where they do not return, they
 *       stand in the middle of a block of attention, behind {@code q}, {@code k} and {@code v}.
 *   <li>{@code plan}: lines of a plan of a model with blocks {@code attention}, {@code mlp} and
 *       {@code moe}. It gets {@code mesh}, {@code shard}, {@code batch} and, where {@code cp}
 *       splits the keys, {@code context} unless it has them, with the axes that it names of {@link
 *       #AXES}, and a cluster of as many ranks.
 * </ul>
 */
final class DocumentationContext {
  /** Names with their declarations. */
  private static final Map<String, String> DECLARED = new LinkedHashMap<>();

  static {
    DECLARED.put("layers", "param layers = 8");
    DECLARED.put("dense_layers", "param dense_layers = 2");
    DECLARED.put("hidden", "param hidden = 1024");
    DECLARED.put("heads", "param heads = 16");
    DECLARED.put("kv_heads", "param kv_heads = 8");
    DECLARED.put("ffn", "param ffn = 4096");
    DECLARED.put("vocab", "param vocab = 32768");
    DECLARED.put("seq", "param seq = 2048");
    DECLARED.put("experts", "param experts = 64");
    DECLARED.put("top_k", "param top_k = 8");
    DECLARED.put("b", "dim b");
    DECLARED.put("t", "dim t");
    DECLARED.put("s", "dim s = seq");
    DECLARED.put("c", "dim c = seq");
    DECLARED.put("h", "dim h = hidden");
    DECLARED.put("f", "dim f = ffn");
    DECLARED.put("voc", "dim voc = vocab");
    DECLARED.put("g", "dim g = kv_heads");
    DECLARED.put("r", "dim r = heads / kv_heads");
    DECLARED.put("d", "dim d = hidden / heads");
    DECLARED.put("e", "dim e = experts");
    DECLARED.put("er", "dim er = experts");
    DECLARED.put("fe", "dim fe = ffn / 4");
    DECLARED.put("np", "dim np = 768");
    DECLARED.put("lr", "dim lr = 16");
  }

  private static final String PROJECTIONS =
      """
      weight wq[h g r d], wk[h g d], wv[h g d], wo[g r d h]
      a = rmsnorm(x)
      fused qkv { q[b s g r d] = a * wq  k[b s g d] = a * wk  v[b s g d] = a * wv }
      """;

  private static final String ATTENTION =
      """
      o[b s g r d] = attend(q, k, v, over = s, causal)
      y[b s h] = o * wo
      return x + y
      """;

  private static final Map<String, String> BLOCKS =
      Map.of(
          "attention",
          PROJECTIONS + ATTENTION,
          "local",
          PROJECTIONS + ATTENTION.replace("causal", "causal, window = 256"),
          "global",
          PROJECTIONS + ATTENTION,
          "mlp",
          """
          weight up[h f], down[f h]
          a = rmsnorm(x)
          u[b s f] = gelu(a * up)
          y[b s h] = u * down
          return x + y
          """,
          "moe",
          """
          weight router[h er], up[e h fe], down[e fe h]
          a = rmsnorm(x)
          p[b s er] = sigmoid(a * router)
          z[e t h] = dispatch(a, p, top = top_k)
          u[e t fe] = silu(z * up)
          m[e t h] = u * down
          return x + combine(m, p)
          """);

  /** Axes with their sizes and rules. */
  private static final Map<String, String> AXES = new LinkedHashMap<>();

  static {
    AXES.put("pp", "layers over pp");
    AXES.put("dp", "b over dp");
    AXES.put("cp", "s over cp");
    AXES.put("tp", "g f voc over tp");
    AXES.put("kp1", "b over kp1");
    AXES.put("kp2", "g f voc over kp2");
  }

  private static final String HEAD = "tfm 1\nimport \"std/clusters.tfm\"\nmodel M {\n";

  private static final String CLUSTER =
      """
      cluster machine {
        device h100_sxm
        network switch %d at 450 GB/s latency 500 ns
      }
      """;

  private DocumentationContext() {}

  /** The whole file. */
  static String file(String kind, String text) {
    return switch (kind) {
      case "" -> text;
      case "model" -> HEAD + model(text) + "}\n";
      case "block" -> HEAD + model(block(text)) + "}\n";
      case "plan" -> HEAD + model("stack layers of attention, mlp, moe\n") + "}\n" + plan(text);
      default -> throw new IllegalArgumentException("no example is a " + kind);
    };
  }

  private static boolean has(String text, String keyword) {
    return Pattern.compile("(?m)^ *" + keyword + "\\b").matcher(text).find();
  }

  private static boolean names(String text, String word) {
    return Pattern.compile("\\b" + word + "\\b").matcher(text).find();
  }

  private static String model(String text) {
    StringBuilder file = new StringBuilder();
    DECLARED.forEach(
        (name, line) -> {
          boolean declared = false;
          Matcher lines = Pattern.compile("(?m)^ *(param|dim) .*$").matcher(text);
          while (lines.find()) {
            declared |= names(lines.group().replaceAll("=[^,]*(?:\\([^)]*\\)[^,]*)?", ""), name);
          }
          if (!declared) {
            file.append(line).append('\n');
          }
        });
    List<String> blocks = new ArrayList<>();
    BLOCKS.forEach(
        (name, statements) -> {
          if (!has(text, "block " + name)) {
            file.append("block ").append(name).append("(x[b s h]) {\n");
            file.append(statements).append("}\n");
          }
        });
    file.append(text);
    if (!has(text, "embed") && !has(text, "begin")) {
      file.append("embed tokens[voc h]\n");
    }
    if (!has(text, "stack")) {
      blocks.add(has(text, "block example") ? "example" : "attention");
      file.append("stack layers of ").append(String.join(", ", blocks)).append('\n');
    }
    if (!has(text, "head") && !has(text, "end")) {
      file.append("head logits[h voc] norm rmsnorm\n");
    }
    return file.toString();
  }

  private static String block(String text) {
    String whole = has(text, "return") ? text : PROJECTIONS + text + ATTENTION;
    return "block example(x[b s h]) {\n" + whole + "}\n";
  }

  private static String plan(String text) {
    List<String> axes = new ArrayList<>();
    boolean sharded = has(text, "shard");
    for (String axis : AXES.keySet()) {
      boolean usual = !sharded && !has(text, "mesh") && !names(text, "kp2");
      boolean implied = axis.equals("cp") && has(text, "context");
      if (names(text, axis) || implied || (usual && List.of("pp", "dp", "tp").contains(axis))) {
        axes.add(axis);
      }
    }
    StringBuilder plan = new StringBuilder("plan P of M {\n");
    String mesh = "mesh " + String.join(", ", axes.stream().map(axis -> axis + " = 2").toList());
    if (has(text, "mesh")) {
      mesh = text.lines().filter(line -> has(line, "mesh")).findFirst().orElseThrow();
    } else {
      plan.append(mesh).append('\n');
    }
    if (axes.contains("cp") && !has(text, "context")) {
      plan.append("context all_gather\n");
    }
    if (!sharded) {
      plan.append("shard {\n");
      axes.forEach(axis -> plan.append(AXES.get(axis)).append('\n'));
      plan.append("}\n");
    }
    if (!has(text, "batch") && !has(text, "decode") && !has(text, "prefill")) {
      plan.append("batch 64 micro_batch 1\n");
    }
    long ranks = 1;
    Matcher sizes = Pattern.compile("\\d+").matcher(mesh.replaceAll("\\w+ =", ""));
    while (sizes.find()) {
      ranks *= Long.parseLong(sizes.group());
    }
    return plan.append(text).append("on machine\n}\n") + CLUSTER.formatted(ranks);
  }
}
