package io.heddle.cli.convert;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.NumberFormat;
import io.heddle.plan.Precision;
import io.heddle.plan.WeightFormat;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.serving.Role;
import io.heddle.plan.serving.Speculation;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.model.Inference;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what plans of inference, and what serves requests with them, say to any engine. */
final class PoolReading {
  /** The fact that says how weights are stored. */
  static final String STORED = "stored";

  /** Tokens that are guessed of a sequence. */
  static final String DRAFTS = "drafts";

  private static final int PERCENT = 100;
  private static final String RANKS = "ranks";

  private PoolReading() {}

  /**
   * The facts of a pool.
   *
   * @throws Failure if one of its plans trains
   */
  static MappedFacts read(ServedPool pool) {
    MappedFacts facts = layout(pool.plans().get(0));
    for (Compiled other : pool.plans().subList(1, pool.plans().size())) {
      MappedFacts others = layout(other);
      for (String fact :
          List.of("tp", "pp", "dp", "ep", "etp", "tensors", "products", STORED, "cache")) {
        if (!facts.find(fact).equals(others.find(fact))) {
          facts.loss(
              "%s and %s differ in %s: an instance has one"
                  .formatted(
                      pool.plans().get(0).plan().name(), other.plan().name(), facts.text(fact)));
        }
      }
      others.losses().forEach(facts::loss);
    }
    if (pool.serving().isPresent()) {
      limits(pool.serving().get(), facts);
    } else {
      step(pool.plans().get(0), facts);
    }
    speculation(pool, facts);
    return facts;
  }

  private static MappedFacts layout(Compiled compiled) {
    Plan plan = compiled.plan();
    Inference inference = plan.inference();
    if (inference == null) {
      throw Failure.wrongInput(
          "plan %s trains: name a plan with a line `prefill` or `decode`".formatted(plan.name()));
    }
    MappedFacts facts = new MappedFacts();
    LayoutReading layout = new LayoutReading(compiled, facts);
    layout.axes();
    layout.order();
    layout.experts();
    facts.flag("experts", !plan.model().expertRows().isEmpty(), "experts");
    if (facts.number("cp", 1) > 1) {
      facts.loss("context parallelism: %d ranks".formatted(facts.number("cp", 1)));
    }
    if (facts.isOn("sequence")) {
      facts.loss("`stream:`: sequences that are split between products");
    }
    if (facts.number("tp", 1) > 1) {
      vocabulary(plan, facts);
    }
    stages(compiled, facts);
    nodes(compiled, facts);
    formats(compiled.numbers().values().precision(), inference, facts);
    facts.number("page", inference.page(), "`cache (page = %d)`".formatted(inference.page()));
    String imbalance = plan.experts().imbalanceText();
    if (plan.experts().imbalance() != null) {
      facts.loss("`experts imbalance = %s`: what routing does".formatted(imbalance));
    }
    if (!plan.pins().isEmpty()) {
      facts.loss("`pin`: tensors of which the split is given");
    }
    return facts;
  }

  private static void vocabulary(Plan plan, MappedFacts facts) {
    for (Operation operation : plan.model().embed().operations()) {
      if (operation instanceof Operation.Lookup lookup && plan.shardOf(lookup.rows()).isEmpty()) {
        facts.loss("a vocabulary that is whole on each rank");
      }
    }
  }

  private static void stages(Compiled compiled, MappedFacts facts) {
    int stages = (int) facts.number("pp", 1);
    if (stages == 1) {
      return;
    }
    var split = compiled.numbers().split(compiled.plan());
    List<Long> layers =
        java.util.stream.IntStream.range(0, stages)
            .mapToObj(stage -> (long) split.endLayer(stage) - split.firstLayer(stage))
            .toList();
    if (layers.stream().distinct().count() > 1) {
      facts.numbers("stage_layers", layers, "`stages`: layers of each stage");
    }
  }

  /** How many devices are wired most closely, and how many such groups an instance takes. */
  private static void nodes(Compiled compiled, MappedFacts facts) {
    long ranks = 1;
    for (Axis axis : compiled.numbers().values().axes()) {
      ranks *= axis.size();
    }
    var dimensions = compiled.numbers().values().cluster().liveDimensions();
    long node = dimensions.size() > 1 ? dimensions.get(0).size() : ranks;
    facts.number(RANKS, ranks, "GPUs");
    boolean isWhole = ranks > node && ranks % node == 0;
    facts.number("nodes", isWhole ? ranks / node : 1, "nodes");
    facts.number("node_ranks", isWhole ? node : ranks, "GPUs of a node");
  }

  /** How weights are stored, as a plan says it. */
  private static String stored(Precision precision) {
    List<String> said = new ArrayList<>();
    WeightFormat weights = precision.weights();
    WeightFormat experts = precision.experts();
    if (weights != null) {
      said.add("weights " + weights.word());
    }
    if (experts != null) {
      said.add("experts " + experts.word());
    }
    return String.join(", ", said);
  }

  private static void formats(Precision precision, Inference inference, MappedFacts facts) {
    String products =
        precision.products() == null ? "" : ", products " + precision.products().words();
    String text = "`dtype " + precision.tensors().word() + products + "`";
    facts.word("tensors", precision.tensors().word(), text);
    if (precision.products() != null) {
      facts.word("products", precision.products().words(), text);
    }
    if (precision.storesWeights()) {
      facts.word(STORED, stored(precision), "`dtype … " + stored(precision) + "`");
    }
    if (precision.attention() != precision.tensors()) {
      facts.loss("`dtype … attention %s`".formatted(precision.attention().word()));
    }
    if (!precision.hasPlainActivations()) {
      facts.loss("`dtype %s`: formats of activations".formatted(precision.text()));
    }
    NumberFormat cache = inference.cacheFormat();
    if (cache != null && cache != precision.tensors()) {
      facts.word("cache", cache.word(), "`cache (dtype = %s)`".formatted(cache.word()));
    }
  }

  /** The step of a plan alone. */
  private static void step(Compiled compiled, MappedFacts facts) {
    Inference inference = compiled.plan().inference();
    if (inference == null) {
      throw new IllegalStateException("a plan that trains is refused");
    }
    Map<String, Long> numbers = compiled.numbers().parameters();
    long context = numbers.getOrDefault(inference.context(), 0L);
    long sequences = numbers.getOrDefault(inference.sequences(), 1L);
    long tokens = numbers.getOrDefault("prefill", 0L);
    int each = compiled.numbers().values().speculation().tokens();
    long length = context + each;
    String text = "`" + inference.kind().word() + "`";
    if (inference.kind() == Inference.Kind.PREFILL) {
      length = context + tokens / sequences + 1;
    } else {
      Optional<Inference.PromptParameters> prompts = inference.promptParameters();
      if (prompts.isPresent()) {
        long pieces = numbers.getOrDefault(prompts.get().sequences(), 1L);
        long before = numbers.getOrDefault(prompts.get().context(), 0L);
        length = Math.max(length, before + tokens / pieces + 1);
        tokens += sequences * each;
        sequences += pieces;
      } else {
        tokens = sequences * each;
      }
    }
    facts.number("sequences", sequences, text);
    facts.number("tokens", tokens, text);
    facts.number("length", length, text);
  }

  /** What is guessed of sequences that draw: how many of it is accepted no engine is told. */
  private static void speculation(ServedPool pool, MappedFacts facts) {
    for (Compiled compiled : pool.plans()) {
      Speculation speculation = compiled.numbers().values().speculation();
      if (speculation.drafts() > 0) {
        facts.number(
            DRAFTS, speculation.drafts(), "`speculate = %d`".formatted(speculation.drafts()));
        facts.loss(
            "`accept = %d %%`: engines are not told an acceptance rate"
                .formatted(Math.round(PERCENT * speculation.accept())));
      }
    }
  }

  private static void limits(ServedPool.Limits limits, MappedFacts facts) {
    facts.number("sequences", limits.sequences(), "`batching … (sequences)`");
    facts.number("tokens", limits.tokens(), "`batching … (tokens)`");
    facts.number("length", limits.longest(), "the longest request");
    facts.number("room", limits.room(), "the tokens of a cache");
    if (limits.pages().isPresent()) {
      facts.number("pages", limits.pages().getAsInt(), "`batching … (pages)`");
    } else {
      facts.put(
          "memory",
          com.fasterxml.jackson.databind.node.DoubleNode.valueOf(limits.memory()),
          "`batching … (memory)`");
    }
    facts.flag("chunked", limits.longestInput() > limits.tokens(), "prompts that are cut");
    // Where tokens are drawn only, no prompt is looked for in the cache.
    if (limits.role() != Role.DECODE) {
      facts.flag("prefix", limits.hasPrefixes(), "blocks of prompts");
      facts.flag("unshared", !limits.hasPrefixes(), "blocks of prompts");
      facts.word("reuse", limits.hasPrefixes() ? "yes" : "no", "blocks of prompts");
    }
    if (limits.role() != Role.BOTH) {
      facts.word("role", limits.role().word(), "`pool`");
    }
    facts.word("policy", limits.policy().word(), "`batching " + limits.policy().word() + "`");
  }
}
