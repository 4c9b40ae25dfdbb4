package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Quantisation;
import io.heddle.plan.serving.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Writes the command that launches an engine of inference laid out as the plans of a pool say. */
public final class EngineExport {
  /** In place of a checkpoint that nobody has named. */
  public static final String PLACEHOLDER = "MODEL";

  private static final int MOST_WIDTH = 96;

  /** A free port, as the documentation of data parallelism has it. */
  private static final int PORT = 13345;

  /** The longest n-gram that is looked up, as the documentation has it. */
  private static final int LONGEST_MATCH = 4;

  private static final int SMALLEST_PAGE = 8;
  private static final int LARGEST_PAGE = 128;

  private final InferenceEngine engine;
  private final ConfigMapping mapping = ConfigMapping.read(ConfigMapping.ENGINES);
  private final ConfigMapping.Section section;
  private final ServedPool pool;
  private final String model;
  private final MappedFacts facts;
  private final List<String> notes = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final long nodes;
  private final boolean hasExperts;

  private EngineExport(InferenceEngine engine, ServedPool pool, String model) {
    this.engine = engine;
    this.section = mapping.of(engine.section()).orElseThrow();
    this.pool = pool;
    this.model = model;
    this.facts = PoolReading.read(pool);
    this.nodes = facts.number("nodes", 1);
    this.hasExperts = facts.isOn("experts");
  }

  /**
   * Finds the command of an instance.
   *
   * @param model the checkpoint, as the engine is told it
   * @throws io.heddle.cli.failure.Failure if one of the plans trains
   */
  public static Exported of(InferenceEngine engine, ServedPool pool, String model) {
    return new EngineExport(engine, pool, model).write();
  }

  private Exported write() {
    long gpus = facts.number("ranks", 1);
    long perStage = facts.number("tp", 1) * facts.number("dp", 1);
    switch (engine) {
      case VLLM -> vllm(perStage);
      case SGLANG -> sglang(perStage);
      case TRTLLM -> trtllm(perStage);
    }
    page();
    scheduler();
    disaggregation();
    speculation();
    quantisation();
    KeySearch.Found found = KeySearch.find(mapping, section, facts);
    ObjectNode keys = found.keys();
    List<String> lost = new ArrayList<>(facts.losses());
    found.failed().forEach(line -> lost.add(facts.text(line)));
    if (pool.serving().isEmpty()) {
      notes.add(
          "the most tokens of a sequence are those of the plan's step: give your longest request");
    }
    if (model.equals(PLACEHOLDER)) {
      notes.add(
          "%s stands for the checkpoint of %s: give its path or name by --model"
              .formatted(model, pool.plans().get(0).plan().model().name()));
    }
    ObjectNode launch = JsonNodeFactory.instance.objectNode();
    environment.forEach(launch::put);
    return new Exported(
        section.find("program").orElseThrow(), launch, keys, text(keys, gpus), lost, notes);
  }

  /** Experts are split over all ranks of a stage, or each is cut by all of them. */
  private void vllm(long perStage) {
    long dp = facts.number("dp", 1);
    experts(perStage);
    long ep = facts.number("ep", 1);
    if (ep > 1 && ep != perStage) {
      facts.loss("%s: experts over %d of %d ranks".formatted(facts.text("ep"), ep, perStage));
    }
    facts.remove("ep");
    facts.flag("ep", ep > 1, facts.text("ep"));
    if (facts.find("stage_layers").isPresent()) {
      environment.put("VLLM_PP_LAYER_PARTITION", joined("stage_layers"));
    }
    if (nodes == 1) {
      return;
    }
    long nodeRanks = facts.number("node_ranks", 1);
    long ofReplica = facts.number("tp", 1) * facts.number("pp", 1);
    if (dp > 1 && nodeRanks % ofReplica == 0) {
      long local = nodeRanks / ofReplica;
      facts.number("dp_local", local, "nodes");
      facts.word("first_rank", "$((NODE * %d))".formatted(local), "nodes");
      facts.word("dp_head", "$HEAD", "nodes");
      facts.number("dp_port", PORT, "nodes");
      notes.add(
          "on each of %d nodes, NODE from 0, HEAD the address of node 0; on all but that with --headless"
              .formatted(nodes));
    } else {
      facts.word("executor", "ray", "nodes");
      notes.add("once, on a Ray cluster of %d nodes".formatted(nodes));
    }
  }

  /** The tensor ranks are all of a stage; attention is data parallel within them. */
  private void sglang(long perStage) {
    long dp = facts.number("dp", 1);
    boolean isTogether = hasExperts && dp > 1;
    experts(perStage);
    if (isTogether) {
      facts.number("tp", perStage, facts.text("tp"));
      facts.flag("attend_dp", true, facts.text("dp"));
      // Both are shared out among the replicas.
      facts.number("sequences", facts.number("sequences", 1) * dp, facts.text("sequences"));
      facts.number("tokens", facts.number("tokens", 1) * dp, facts.text("tokens"));
      otherLayers();
    } else if (dp > 1) {
      notes.add("replicas of a server do not wait for each other, those of the plan do");
    }
    facts.number(
        "prompts", facts.number("tokens", 1) / (isTogether ? dp : 1), facts.text("tokens"));
    if (facts.find("stage_layers").isPresent()) {
      environment.put("SGLANG_PP_LAYER_PARTITION", joined("stage_layers"));
    }
    if (nodes > 1) {
      facts.word("node", "$NODE", "nodes");
      facts.word("head", "$HEAD:" + PORT, "nodes");
      notes.add("on each of %d nodes, NODE from 0, HEAD the address of node 0".formatted(nodes));
    }
    if (pool.serving().filter(limits -> limits.pages().isEmpty()).isPresent()) {
      notes.add(
          "--mem-fraction-static, which is left out, counts weights and cache only: the cache is said in tokens");
    }
  }

  /** With attention that is data parallel, each rank is a replica. */
  private void trtllm(long perStage) {
    long dp = facts.number("dp", 1);
    if (dp > 1 && !hasExperts) {
      facts.loss(facts.text("dp") + ": replicas of one server: launch one for each");
    } else if (dp > 1 && facts.number("tp", 1) > 1) {
      facts.loss(facts.text("dp") + ": attention is split by replicas or by heads, not by both");
    } else if (dp > 1) {
      facts.flag("attend_dp", true, facts.text("dp"));
      facts.number("tp", perStage, facts.text("tp"));
      otherLayers();
    }
    experts(perStage);
    if (facts.find("stage_layers").isPresent()) {
      facts.loss(facts.text("stage_layers"));
    }
    if (nodes > 1) {
      facts.number("node_gpus", facts.number("node_ranks", 1), "nodes");
    }
    if (pool.serving().filter(limits -> limits.pages().isEmpty()).isPresent()) {
      notes.add(
          "kv_cache_free_gpu_memory_fraction, which is left out, counts what weights leave free: the cache is said in"
              + " tokens");
    }
  }

  /** Pages are powers of two; those of one token are SGLang's alone. */
  private void page() {
    long page = facts.number("page", 1);
    boolean isPower = Long.bitCount(page) == 1;
    boolean fits =
        switch (engine) {
          case VLLM -> isPower && page >= SMALLEST_PAGE && page <= LARGEST_PAGE;
          case SGLANG -> true;
          case TRTLLM -> isPower && page > 1;
        };
    if (!fits) {
      facts.loss(facts.text("page") + ": pages of other sizes");
      facts.remove("page");
      if (facts.find("pages").isPresent()) {
        facts.loss(facts.text("pages"));
        facts.remove("pages");
      }
    }
  }

  private void otherLayers() {
    notes.add(
        "how layers without experts and the head are split beside attention of replicas is the engine's affair");
  }

  private void experts(long perStage) {
    if (!hasExperts) {
      facts.remove("ep");
      return;
    }
    long held = facts.number("ep", 1) * facts.number("etp", 1);
    if (held != perStage) {
      facts.loss(
          "experts that are split over %d of %d ranks: the engine splits them over all"
              .formatted(held, perStage));
    }
  }

  private void scheduler() {
    if (pool.serving().isEmpty()) {
      return;
    }
    ServedPool.Limits limits = pool.serving().get();
    if (!engine.policies().contains(limits.policy())) {
      facts.loss(facts.text("policy") + ": the engine has a scheduler of its own");
      facts.remove("policy");
    }
    if (limits.role() != Role.DECODE && !limits.hasPrefixes()) {
      notes.add(
          "no blocks of prompts are named, so prefixes are not cached: change that if prompts of yours begin alike");
    }
    if (limits.instances() > 1) {
      notes.add(
          "%d such instances: `route` is said to the router before them"
              .formatted(limits.instances()));
    }
  }

  private void disaggregation() {
    if (pool.serving().filter(limits -> limits.role() != Role.BOTH).isEmpty()) {
      return;
    }
    Role role = pool.serving().get().role();
    switch (engine) {
      case VLLM -> {
        facts.word(
            "handover", "{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_both\"}", "`pool`");
        notes.add("a proxy sends each request to an instance of prefill, then to one of decode");
      }
      case SGLANG ->
          notes.add(
              "before both pools: python -m sglang_router.launch_router --pd-disaggregation --prefill URL --decode URL");
      case TRTLLM -> {
        facts.word("handover", "DEFAULT", "`pool`");
        facts.flag("unhurried", role == Role.PREFILL, "`pool`");
        notes.add("before both pools: trtllm-serve disaggregated -c FILE, with the URLs of both");
      }
    }
  }

  /** The plan does not say who guesses; what costs nothing there looks up earlier tokens. */
  private void speculation() {
    long drafts = facts.number(PoolReading.DRAFTS, 0);
    if (drafts == 0) {
      return;
    }
    String text = facts.text(PoolReading.DRAFTS);
    facts.remove(PoolReading.DRAFTS);
    String instead =
        switch (engine) {
          case VLLM -> {
            facts.word(
                "drafting",
                "{\"method\":\"ngram\",\"num_speculative_tokens\":%d,\"prompt_lookup_max\":%d}"
                    .formatted(drafts, LONGEST_MATCH),
                text);
            yield "\"method\":\"mtp\"";
          }
          case SGLANG -> {
            facts.word("drafting", "NGRAM", text);
            facts.number("verified", drafts + 1, text);
            if (facts.isOn("attend_dp")) {
              notes.add("guesses by n-grams exclude data-parallel attention: take EAGLE there");
            }
            yield "--speculative-algorithm EAGLE --speculative-num-steps %d --speculative-eagle-topk 1"
                .formatted(drafts);
          }
          case TRTLLM -> {
            facts.word("drafting", "NGram", text);
            facts.number(PoolReading.DRAFTS, drafts, text);
            facts.flag("unhurried", true, text);
            yield "decoding_type: MTP and num_nextn_predict_layers: %d".formatted(drafts);
          }
        };
    notes.add(
        "guesses cost nothing in the plan, so n-grams of earlier tokens make them; with modules of the model that do: "
            + instead);
  }

  private void quantisation() {
    String stored = facts.word(PoolReading.STORED);
    if (!stored.isEmpty()) {
      notes.add("how weights are stored is the checkpoint's: it must be one with " + stored);
      facts.remove(PoolReading.STORED);
    }
    String products = facts.word("products");
    if (products.isEmpty()) {
      return;
    }
    if (section.line("products").isEmpty()) {
      notes.add("how products are quantised is the checkpoint's: it must be one with " + products);
      return;
    }
    boolean hasBlocks = products.equals(Quantisation.FP8_BLOCKWISE.words());
    if (hasBlocks) {
      notes.add(
          "the checkpoint must be one with blocks of fp8: one in bf16 gets a scale for each tensor");
    } else if (products.equals(Quantisation.NVFP4.words())) {
      notes.add("the checkpoint must be one that ModelOpt made in nvfp4");
    }
    if (hasBlocks || products.equals(Quantisation.FP8_CURRENT.words())) {
      facts.word("products", NumberFormat.FP8.word(), facts.text("products"));
    }
  }

  private String joined(String fact) {
    return StreamSupport.stream(facts.find(fact).orElseThrow().spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(","));
  }

  private String text(ObjectNode keys, long gpus) {
    List<String> inFile = section.list("file");
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    List<String> words = new ArrayList<>();
    words.add(modelWord());
    keys.properties()
        .forEach(
            each -> {
              if (inFile.contains(each.getKey())) {
                file.set(each.getKey(), each.getValue());
              } else {
                words.add(argument(each.getKey(), each.getValue()));
              }
            });
    StringBuilder text = new StringBuilder(head(gpus));
    if (!file.isEmpty()) {
      String name = engine.section() + "_" + poolName() + ".yaml";
      text.append("cat > ").append(name).append(" <<'END'\n").append(yaml(file)).append("END\n");
      words.add("--config " + name);
    }
    environment.forEach((name, value) -> text.append(name).append('=').append(value).append(' '));
    if (engine == InferenceEngine.TRTLLM && nodes > 1) {
      text.append(
          "srun -N %d --ntasks %d --ntasks-per-node %d --mpi=pmix trtllm-llmapi-launch "
              .formatted(nodes, gpus, facts.number("node_ranks", 1)));
    }
    text.append(section.find("command").orElseThrow());
    int width = MOST_WIDTH;
    for (String word : words) {
      boolean isFirst = word.equals(words.get(0));
      if (!isFirst && width + word.length() + 1 > MOST_WIDTH) {
        text.append(" \\\n ");
        width = 1;
      }
      text.append(' ').append(word);
      width += word.length() + 1;
    }
    return text.append('\n').toString();
  }

  private String poolName() {
    return pool.serving()
        .map(limits -> limits.role().word())
        .orElse(pool.plans().get(0).plan().name());
  }

  private String head(long gpus) {
    String program = section.find("program").orElseThrow();
    return pool.serving()
        .map(
            limits ->
                "# %s, pool %s: %d of these, of %d GPU%s each%n"
                    .formatted(
                        program,
                        limits.role().word(),
                        limits.instances(),
                        gpus,
                        gpus == 1 ? "" : "s"))
        .orElse("# %s, %d GPU%s%n".formatted(program, gpus, gpus == 1 ? "" : "s"));
  }

  private String modelWord() {
    String word = quoted(model);
    return engine == InferenceEngine.SGLANG ? "--model-path " + word : word;
  }

  private static String argument(String key, JsonNode value) {
    return value.isBoolean() ? "--" + key : "--" + key + " " + quoted(value.asText());
  }

  /** As a shell reads it; what begins with a dollar is for the shell to fill in. */
  private static String quoted(String text) {
    if (text.startsWith("$")) {
      return "\"" + text + "\"";
    }
    return text.matches("[\\w./:@+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** Keys with a dot stand below what is before it. */
  private static String yaml(ObjectNode keys) {
    Map<String, StringBuilder> sections = new LinkedHashMap<>();
    StringBuilder plain = new StringBuilder();
    keys.properties()
        .forEach(
            each -> {
              int dot = each.getKey().indexOf('.');
              String name = each.getKey().substring(dot + 1);
              StringBuilder lines =
                  dot < 0
                      ? plain
                      : sections.computeIfAbsent(
                          each.getKey().substring(0, dot), unused -> new StringBuilder());
              lines.append(dot < 0 ? "" : "  ").append(name).append(": ");
              lines.append(each.getValue().asText()).append('\n');
            });
    sections.forEach((name, lines) -> plain.append(name).append(":\n").append(lines));
    return plain.toString();
  }
}
