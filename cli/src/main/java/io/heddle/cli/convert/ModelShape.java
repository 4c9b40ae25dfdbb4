package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Numbers, flags and words of a model, and which blocks its layers have. */
final class ModelShape {
  private static final long MOST_LAYERS = 10_000;

  private static final String LOCAL = "local";
  private static final String GLOBAL = "attention";
  private static final String MOE = "moe";
  private static final String PARALLEL = "parallel";

  /** In the order in which the file declares them, with the flag that asks for each. */
  private static final Map<String, String> PARAMETERS = parametersByFlag();

  /** Flags that are lines of the mapping. */
  private static final List<String> FLAGS =
      List.of(
          "gated",
          "tied",
          "learned",
          "qkv_bias",
          "out_bias",
          "mlp_bias",
          "expert_bias",
          "shared_score",
          "sinks",
          "two_norms",
          "latent",
          "query_rank",
          "index_top_k",
          "attention_dropout",
          "residual_dropout");

  private final MappedConfig config;
  private final ConfigMapping mapping;
  private final Set<String> flags = new LinkedHashSet<>();
  private final Map<String, Long> parameters = new LinkedHashMap<>();
  private final Map<String, String> words = new HashMap<>();
  private final LayerPattern layers;

  ModelShape(MappedConfig config, ConfigMapping mapping, OptionalLong length) {
    this.config = config;
    this.mapping = mapping;
    FLAGS.stream().filter(config::isOn).forEach(flags::add);
    if (!flags.contains("latent")) {
      boolean isGrouped = !config.number("kv_heads").equals(config.number("heads"));
      long single = config.number("kv_heads").orElse(0);
      flags.add(isGrouped ? (single == 1 ? "single" : "grouped") : "each");
      flags.add("by_heads");
    }
    this.layers = new LayerPattern(blocks(atMost("layers", MOST_LAYERS)));
    sizes(length);
    chooseWords();
  }

  private static Map<String, String> parametersByFlag() {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("layers", "");
    names.put("hidden", "");
    names.put("heads", "");
    names.put("kv_heads", "grouped");
    names.put("head_dim", "by_heads");
    names.put("ffn", "dense");
    names.put("query_rank", "query_rank");
    names.put("key_rank", "latent");
    names.put("nope", "latent");
    names.put("rope_dim", "latent");
    names.put("value", "latent");
    names.put("index_top_k", "index_top_k");
    names.put("index_heads", "index_top_k");
    names.put("index_dim", "index_top_k");
    names.put("experts", "moe");
    names.put("top_k", "moe");
    names.put("expert_ffn", "moe");
    names.put("shared_ffn", "shared");
    names.put("window", "windowed");
    names.put("vocab", "");
    return names;
  }

  Set<String> flags() {
    return flags;
  }

  Map<String, String> words() {
    return words;
  }

  Map<String, Long> parameters() {
    return parameters;
  }

  LayerPattern layers() {
    return layers;
  }

  /** Whether a block has attention with a window. */
  boolean isLocal(String block) {
    return block.equals(LOCAL) || (block.equals(GLOBAL) && flags.contains("only_local"));
  }

  /** The part of the template that a block is made of. */
  String part(String block) {
    if (block.equals(LOCAL) || block.equals(GLOBAL)) {
      String latent = flags.contains("index_top_k") ? "indexed" : "latent";
      return flags.contains("latent") ? latent : "attention";
    }
    return block.equals(MOE) ? MOE : block.equals(PARALLEL) ? PARALLEL : "dense";
  }

  private long atMost(String line, long most) {
    long value = config.need(line);
    if (value < 1 || value > most) {
      throw config.wrong(line, "" + value, String.format("a number from 1 to %,d", most));
    }
    return value;
  }

  /** The blocks of each layer. */
  private List<List<String>> blocks(long count) {
    boolean isParallel = config.word("shape").equals(PARALLEL);
    boolean hasExperts = config.number("experts").orElse(0) > 0;
    Set<Long> dense = denseLayers();
    List<String> kinds = kinds(count);
    String feedForward = feedForward();
    IntPredicate isLocal = layer -> isLocalLayer(layer, kinds);
    if (IntStream.range(0, (int) count).allMatch(isLocal)) {
      flags.add("only_local");
    }
    String local = flags.contains("only_local") ? GLOBAL : LOCAL;
    List<List<String>> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean isWindowed = isLocal.test(i);
      boolean isExpert = hasExperts && !dense.contains((long) i) && isExpertLayer(i);
      if (isWindowed) {
        flags.add("windowed");
      }
      flags.add(isExpert ? MOE : "dense");
      blocks.add(
          isParallel
              ? List.of(PARALLEL)
              : List.of(isWindowed ? local : GLOBAL, isExpert ? MOE : feedForward));
    }
    if (hasExperts && config.number("shared_ffn").orElse(0) > 0) {
      flags.add("shared");
    } else {
      flags.remove("shared_score");
    }
    return blocks;
  }

  private boolean isExpertLayer(int layer) {
    long every = Math.max(1, config.number("expert_every").orElse(1));
    long at = config.isOn("expert_first") ? 0 : every - 1;
    return layer >= config.number("dense_layers").orElse(0) && layer % every == at;
  }

  private Set<Long> denseLayers() {
    Set<Long> dense = new LinkedHashSet<>();
    for (JsonNode layer : config.list("dense_list")) {
      if (!layer.isIntegralNumber()) {
        throw config.wrong("dense_list", Quoted.of(layer), "a list of numbers of layers");
      }
      dense.add(layer.longValue());
    }
    return dense;
  }

  /** What the configuration lists for each layer; empty where it follows a rule. */
  private List<String> kinds(long count) {
    List<String> kinds = new ArrayList<>();
    for (JsonNode kind : config.list("kinds")) {
      if (!Set.of("sliding_attention", "full_attention").contains(kind.asText())) {
        throw config.wrong(
            "kinds", Quoted.of(kind), "`full_attention` or `sliding_attention` for each layer");
      }
      kinds.add(kind.asText());
    }
    if (!kinds.isEmpty() && kinds.size() != count) {
      throw config.wrong("kinds", kinds.size() + " layers", "as many as there are: " + count);
    }
    return kinds;
  }

  private boolean isLocalLayer(int layer, List<String> kinds) {
    if (config.number("window").orElse(0) == 0) {
      return false;
    }
    if (!kinds.isEmpty()) {
      return kinds.get(layer).equals("sliding_attention");
    }
    long every = config.number("global_every").orElse(0);
    return layer >= config.number("local_from").orElse(0)
        && (every == 0 || (layer + 1) % every != 0);
  }

  private void sizes(OptionalLong length) {
    PARAMETERS.forEach(
        (name, flag) -> {
          if (flag.isEmpty() || flags.contains(flag)) {
            parameters.put(name, config.need(name));
          }
        });
    long positions = config.need("positions");
    boolean isFixed = flags.contains("learned");
    parameters.put(
        "seq", isFixed ? positions : length.orElse(Math.min(positions, ModelImport.SEQUENCE)));
  }

  private void chooseWords() {
    words.put("act", activation());
    words.put("norm", config.word("norm"));
    boolean hasScores = flags.contains(MOE);
    words.put("scores", hasScores ? scores() : "softmax");
    String heads = flags.contains("grouped") ? "g r d" : "n d";
    words.put("qd", heads);
    words.put("heads", flags.contains("grouped") ? "g r" : "n");
    words.put("changes", scoreChanges());
    words.put("kd", flags.contains("grouped") ? "g d" : flags.contains("single") ? "d" : heads);
    words.put("q", positioned("q"));
    words.put("k", positioned("k"));
    String result = config.isOn("post_norms") ? config.word("norm") + "(y)" : "y";
    words.put("y", flags.contains("residual_dropout") ? "dropout(" + result + ")" : result);
  }

  private String activation() {
    String act = config.word("act");
    ConfigMapping.Table known = mapping.table("activations");
    return known
        .ours(act)
        .orElseThrow(
            () ->
                config.wrong("act", Quoted.of(act), "one of " + String.join(", ", known.theirs())));
  }

  private String scores() {
    return config.word("scores", List.of("softmax", "sigmoid"));
  }

  /** What attention does with its scores, as arguments. */
  private String scoreChanges() {
    StringBuilder arguments = new StringBuilder();
    config.rounded("softcap").ifPresent(cap -> arguments.append(", softcap = ").append(cap));
    if (flags.contains("sinks")) {
      arguments.append(", sinks = sinks");
    }
    if (flags.contains("attention_dropout")) {
      arguments.append(", dropout");
    }
    return arguments.toString();
  }

  private String positioned(String tensor) {
    String normed = config.isOn("qk_norm") ? "rmsnorm(" + tensor + ")" : tensor;
    return config.isOn("rotary") ? "rope(" + normed + ")" : normed;
  }

  /** What a feed-forward network with this activation is called. */
  String feedForward() {
    return flags.contains("gated")
        ? Map.of("silu", "swiglu", "gelu", "geglu").getOrDefault(activation(), "reglu")
        : "mlp";
  }
}
