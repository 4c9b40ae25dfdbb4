package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.failure.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** The lines of a plan, from the arguments that lay a model out. */
final class MegatronPlan {
  private static final int MOST_RANKS = 1 << 24;
  private static final long NODE = 8;
  private static final long MEGA = 1_000_000;
  private static final long USUAL_BUCKET = 40 * MEGA;
  private static final long MOST_BUCKET_OF_A_RANK = MEGA;

  private static final List<String> FORMATS = List.of("fp32", "bf16", "fp16");

  /** How much of a replica's state data-parallel ranks share out. */
  private static final Map<String, String> SHARDINGS =
      Map.of("gradients", ", gradients sharded", "weights", ", weights sharded");

  private final MappedConfig config;
  private final ModelShape shape;
  private final List<String> notes;
  private final Map<String, Long> mesh = new LinkedHashMap<>();
  private final long ranks;
  private final long dp;
  private final long tp;
  private final long pp;
  private final long cp;

  MegatronPlan(
      MappedConfig config,
      ModelShape shape,
      JsonNode arguments,
      OptionalLong gpus,
      List<String> notes) {
    this.config = config;
    this.shape = shape;
    this.notes = notes;
    this.tp = size("tp");
    this.pp = size("pp");
    this.cp = size("cp");
    // Each factor is at most MOST_RANKS, so that the product of two fits.
    long group = Math.min(tp * pp, MOST_RANKS + 1L) * cp;
    this.ranks = gpus.orElseGet(() -> stated(arguments, group));
    if (group > MOST_RANKS || ranks < 1 || ranks > MOST_RANKS || ranks % group != 0) {
      throw Failure.wrongInput(
          "%,d GPUs do not divide by tensor x pipeline x context = %d x %d x %d, or are more than %,d"
              .formatted(ranks, tp, pp, cp, MOST_RANKS));
    }
    if (ranks == 1) {
      throw Failure.wrongInput("one GPU exchanges nothing: pass --gpus with two or more");
    }
    this.dp = ranks / group;
    mesh();
  }

  private long size(String line) {
    long size = config.need(line);
    if (size < 1 || size > MOST_RANKS) {
      throw config.wrong(line, "" + size, "a number of ranks");
    }
    return size;
  }

  /** What a launcher's arguments beside Megatron's say. */
  private long stated(JsonNode arguments, long group) {
    // Scripts write variables and `gpu` for them, too.
    if (arguments.path("nnodes").isLong() && arguments.path("nproc_per_node").isLong()) {
      return config.need("nodes") * config.need("node_ranks");
    }
    if (arguments.path("world_size").isLong()) {
      return config.need("world");
    }
    String replicas = group == 1 ? "two replicas" : "one replica";
    notes.add(
        "the arguments do not state the number of GPUs: " + replicas + "; pass --gpus for more");
    return Math.max(2, group);
  }

  private void mesh() {
    boolean isSwapped = config.isOn("swapped");
    for (String axis :
        isSwapped ? List.of("dp", "pp", "cp", "tp") : List.of("pp", "dp", "cp", "tp")) {
      long size = axis.equals("dp") ? dp : axis.equals("pp") ? pp : axis.equals("cp") ? cp : tp;
      if (size > 1 || axis.equals("dp")) {
        mesh.put(axis, size);
      }
    }
  }

  /** Puts the lines among the words of the template. */
  void write() {
    Map<String, String> words = shape.words();
    List<String> sizes = new ArrayList<>();
    mesh.forEach((axis, size) -> sizes.add(axis + " = " + size));
    words.put("mesh", String.join(", ", sizes));
    words.put("layout", String.join(" > ", mesh.keySet()));
    words.put("ranks", "" + ranks);
    words.put("micro", "" + size("micro"));
    words.put("batch", "" + config.number("batch").orElse(config.need("micro") * dp));
    words.put("cluster", ranks % NODE == 0 ? "hgx_h100(nodes = " + ranks / NODE + ")" : "machine");
    flag("small", ranks % NODE != 0);
    words.put("rules", String.join("\n", rules()));
    pipeline(words);
    words.put("context", config.word("exchange"));
    flag("context", cp > 1);
    words.put("recompute", recompute());
    flag("pieces", config.isOn("pieces") && tp > 1 && config.isOn("sequence"));
    words.put("optimizer", optimizer());
    words.put("bucket", bucket());
    flag("reduce", config.word("reduce").equals("in_buckets") && dp * cp > 1);
    words.put("dtype", dtype());
    experts(words);
  }

  private void flag(String name, boolean isOn) {
    if (isOn) {
      shape.flags().add(name);
    }
  }

  private List<String> rules() {
    Set<String> flags = shape.flags();
    List<String> rules = new ArrayList<>(List.of("    b over dp"));
    long ep = flags.contains("moe") ? size("ep") : 1;
    if (cp > 1) {
      rules.add("    s over cp");
    }
    if (tp > 1) {
      String heads = flags.contains("grouped") ? "g" : "n";
      boolean hasWide = flags.contains("moe") && areExpertsSplit();
      rules.add(
          "    %s%s%s%s over tp"
              .formatted(
                  heads,
                  flags.contains("dense") ? " f" : "",
                  flags.contains("shared") ? " fs" : "",
                  hasWide ? " fe" : ""));
      rules.add("    voc over tp padded to " + size("vocab_multiple") + " * tp");
    }
    if (ep > 1) {
      rules.add("    e over ep");
    }
    if (pp > 1) {
      rules.add("    layers over pp");
    }
    if (tp > 1 && config.isOn("sequence")) {
      rules.add("    stream: s over " + (cp > 1 ? "cp, tp" : "tp"));
    }
    return rules;
  }

  /**
   * Whether the matrices of an expert are split as those of other layers are. Where they are not,
   * each rank computes whole experts for its own tokens.
   */
  private boolean areExpertsSplit() {
    long size = config.need("etp");
    if (size != 1 && size != tp) {
      throw config.wrong(
          "etp", "" + size, tp == 1 ? "1" : "1 or tensor_model_parallel_size, " + tp);
    }
    return size > 1;
  }

  private void pipeline(Map<String, String> words) {
    long layers = shape.parameters().get("layers");
    OptionalLong each = config.number("chunk_layers");
    long chunks =
        config
            .number("chunks")
            .orElse(each.isPresent() ? layers / Math.max(1, pp * each.getAsLong()) : 1);
    words.put(
        "schedule", pp > 1 && chunks > 1 ? "interleaved(chunks = " + chunks + ")" : "one_f_one_b");
    OptionalLong first = config.number("first");
    OptionalLong last = config.number("last");
    words.put("stages", "");
    if (pp > 1 && (first.isPresent() || last.isPresent())) {
      long ends = (first.isPresent() ? 1L : 0L) + (last.isPresent() ? 1L : 0L);
      long left = layers - first.orElse(0) - last.orElse(0);
      long middle = pp - ends;
      long[][] stages = {
        {first.isPresent() ? 1 : 0, first.orElse(0)},
        {Math.max(0, middle), Math.max(0, left) / Math.max(1, middle)},
        {last.isPresent() ? 1 : 0, last.orElse(0)}
      };
      words.put("stages", String.join(", ", runs(stages)));
      flag("stages", chunks <= 1);
      if (chunks > 1) {
        notes.add("layers of the first and last stage: write the `stages` line by hand, of chunks");
      }
    }
  }

  /** Stages and the layers of each, those of equal layers together. */
  private static List<String> runs(long[][] stages) {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < stages.length; ) {
      long count = 0;
      long layers = stages[i][1];
      while (i < stages.length && (stages[i][0] == 0 || stages[i][1] == layers)) {
        count += stages[i][0];
        i++;
      }
      if (count > 0) {
        runs.add(count + " of " + layers);
      }
    }
    return runs;
  }

  /** Elements of a bucket are of four bytes. */
  private String bucket() {
    long elements =
        config.number("bucket").orElse(Math.max(USUAL_BUCKET, MOST_BUCKET_OF_A_RANK * dp));
    long bytes = Math.max(1, elements) * 4;
    return bytes % MEGA == 0 ? bytes / MEGA + " MB" : bytes + " B";
  }

  private String recompute() {
    String granularity = config.word("granularity");
    if (granularity.equals("full")) {
      long every = Math.max(1, config.need("every"));
      if (config.word("method").equals("block")) {
        long stage = Math.max(1, shape.parameters().get("layers") / pp);
        long spacing = Math.max(1, Math.round((double) stage / every));
        notes.add(
            "recompute_method block: the first layers of a stage; written as one layer in "
                + spacing);
        return spacing == 1 ? "full" : "full every " + spacing;
      }
      if (every > 1) {
        notes.add("recompute_num_layers: inputs of every layer are kept, not of every " + every);
      }
      return "full";
    }
    if (!granularity.equals("selective")) {
      return "none";
    }
    List<String> modules = new ArrayList<>();
    config.list("modules").forEach(module -> modules.add(module.asText()));
    List<String> parts = new ArrayList<>();
    for (String module : modules.isEmpty() ? List.of("core_attn") : modules) {
      String part = part(module);
      if (part.isEmpty()) {
        notes.add("recompute_modules: " + Quoted.of(module) + " is not computed again");
      } else {
        parts.add(part);
      }
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  private String part(String module) {
    Set<String> flags = shape.flags();
    return switch (module) {
      case "core_attn" -> "attend";
      case "layernorm" -> shape.words().getOrDefault("norm", "");
      case "mlp" -> flags.contains("dense") ? shape.feedForward() : "";
      case "moe" -> flags.contains("moe") ? "moe" : "";
      case "moe_act" -> flags.contains("moe") ? "moe.inner" : "";
      case "mla_up_proj" ->
          flags.contains("latent") ? "attention.queries, attention.keys_values, concat" : "";
      case "shared_experts" -> flags.contains("shared") ? "moe.shared" : "";
      default -> "";
    };
  }

  private String optimizer() {
    String kind = config.isOn("sgd") ? "sgd" : "adam";
    String clipped = config.isOn("clip") ? " clipped" : "";
    String sharding = config.word("sharding");
    String over = dp > 1 ? (cp > 1 ? "dp, cp" : "dp") : cp > 1 ? "cp" : "";
    if (sharding.equals("nothing") || over.isEmpty()) {
      return kind + clipped;
    }
    return kind + clipped + " sharded over " + over + SHARDINGS.getOrDefault(sharding, "");
  }

  private String dtype() {
    String base = config.isOn("fp16") ? "fp16" : config.isOn("bf16") ? "bf16" : "fp32";
    boolean isQuantised = config.isOn("quantised");
    if (!isQuantised && base.equals("fp32")) {
      notes.add("neither bf16 nor fp16: trained in fp32, as Megatron-LM does");
    } else if (base.equals("fp32")) {
      notes.add("fp8 without bf16: what is not quantised is written as bf16");
    }
    String gradients = config.word("gradients", FORMATS);
    String kept = config.word("moments", FORMATS);
    String moments = kept.equals("fp32") ? "" : ", moments " + kept;
    String stream = config.isOn("residual") ? ", stream fp32" : "";
    String tensors = isQuantised ? config.word("products") : base;
    return tensors + stream + ", gradients " + gradients + moments;
  }

  private void experts(Map<String, String> words) {
    words.put("ep", "");
    words.put("regrouped", "");
    words.put("capacity", "");
    if (!shape.flags().contains("moe")) {
      return;
    }
    long ep = size("ep");
    boolean isWide = areExpertsSplit();
    List<String> axes = new ArrayList<>();
    for (String axis : mesh.keySet()) {
      if (!axis.equals("pp") && !(axis.equals("tp") && isWide)) {
        axes.add(axis);
      }
    }
    words.put("ep", "" + ep);
    words.put("regrouped", String.join(" ", axes));
    flag("view", ep > 1);
    String capacity = config.text("capacity");
    if (capacity.matches("\\d{1,3}(\\.\\d{1,6})?")) {
      words.put("capacity", capacity);
      flag("capacity", true);
    }
  }
}
