package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.processor.TfmCompiler.Compiled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the job configuration with which torchtitan runs a plan. */
public final class TorchtitanExport {
  private final ConfigMapping mapping = ConfigMapping.read(ConfigMapping.TORCHTITAN);
  private final ConfigMapping.Section section = mapping.of("titan").orElseThrow();
  private final MappedFacts facts = new MappedFacts();
  private final long stages;

  private TorchtitanExport(Compiled compiled) {
    ModelReading.read(compiled, facts);
    PlanReading.read(compiled, facts);
    this.stages = facts.number("pp", 1);
  }

  /**
   * Finds the configuration.
   *
   * @param compiled its placement has been checked
   */
  public static Exported of(Compiled compiled) {
    return new TorchtitanExport(compiled).write();
  }

  private Exported write() {
    flavor();
    data();
    batch();
    pipeline();
    tensors();
    recompute();
    KeySearch.Found found = KeySearch.find(mapping, section, facts);
    ObjectNode keys = found.keys();
    ObjectNode launch = JsonNodeFactory.instance.objectNode();
    for (String key : section.list("launch")) {
      if (keys.has(key)) {
        launch.set(key, keys.remove(key));
      }
    }
    List<String> lost = new ArrayList<>(facts.losses());
    found.failed().forEach(line -> lost.add(facts.text(line)));
    return new Exported(
        section.find("program").orElseThrow(), launch, keys, text(launch, keys), lost, List.of());
  }

  /** The name of the sizes of the model. */
  private void flavor() {
    Optional<String> name =
        mapping.table("flavors").words().entrySet().stream()
            .filter(flavor -> flavor.getValue().stream().allMatch(this::isOfModel))
            .map(Map.Entry::getKey)
            .findFirst();
    if (name.isEmpty()) {
      facts.loss(
          "the sizes of the model: no flavor has them; known: "
              + String.join(", ", mapping.table("flavors").words().keySet()));
      return;
    }
    String[] words = name.get().split(" ", 2);
    facts.word("family", words[0], "the model");
    facts.word("flavor", words[1], "the model");
  }

  private boolean isOfModel(String size) {
    String[] words = size.split(" ", 2);
    return facts.word(words[0]).equals(words[1]);
  }

  /** FSDP shards weights, gradients and states; DDP nothing. */
  private void data() {
    long dp = facts.number("dp", 1);
    String sharding = facts.word("sharding");
    boolean isWhole = sharding.equals("nothing");
    facts.number("replicas", isWhole ? dp : 1, "`optimizer`");
    facts.number("shards", isWhole ? 1 : dp, "`optimizer`");
    if (!isWhole) {
      boolean isGatheredAgain = sharding.equals("weights");
      facts.word("reshard", isGatheredAgain ? "always" : "never", facts.text("sharding"));
    }
    boolean isSplit = facts.number("tp", 1) > 1 || stages > 1;
    if (isWhole && dp > 1 && isSplit && facts.number("cp", 1) == 1) {
      facts.loss(
          facts.text("sharding")
              + ", nothing sharded beside tensor or pipeline parallelism: only FSDP trains in mixed precision there");
    }
    if (sharding.equals("states")) {
      facts.loss(facts.text("sharding") + ", states alone: FSDP shards gradients and weights, too");
    }
  }

  /** A pipeline splits a local batch into micro-batches; without one, gradients are accumulated. */
  private void batch() {
    long micro = facts.number("micro", 1);
    long replica = facts.number("batch", 1) / facts.number("dp", 1);
    facts.number("local", stages > 1 ? replica : micro, "`micro_batch`");
    facts.number("together", stages > 1 ? micro : 1, "`micro_batch`");
  }

  private void pipeline() {
    if (stages == 1) {
      return;
    }
    List<Long> layers = new ArrayList<>();
    facts.find("stage_layers").orElseThrow().forEach(count -> layers.add(count.longValue()));
    // The first and the last are given so many layers less than an even share of all.
    long most = layers.stream().mapToLong(Long::longValue).max().orElse(0);
    int last = layers.size() - 1;
    long firstLess = most - layers.get(0);
    long lastLess = most - layers.get(last);
    boolean isEven = layers.subList(1, last).stream().allMatch(count -> count == most);
    if (!isEven && isBalanced(layers)) {
      firstLess = 0;
      lastLess = 0;
    } else if (!isEven) {
      facts.loss("`stages`: stages between the first and the last of different numbers of layers");
    }
    facts.number("first_less", firstLess, "`stages`");
    facts.number("last_less", lastLess, "`stages`");
    if (facts.number("stage_chunks", 1) > 1) {
      facts.number("per_stage", most, facts.text("schedule"));
    }
  }

  private static boolean isBalanced(List<Long> layers) {
    for (int i = 1; i < layers.size(); i++) {
      if (layers.get(i) > layers.get(i - 1)) {
        return false;
      }
    }
    return layers.get(0) - layers.get(layers.size() - 1) <= 1;
  }

  private void tensors() {
    if (facts.number("tp", 1) > 1 && !facts.isOn("sequence")) {
      facts.loss("tensor parallelism without `stream:`: sequences are always split, too");
    }
    if (facts.isOn("pieces")) {
      facts.flag("compiled", true, "`overlap`");
    }
    if (facts.isOn("swapped")) {
      facts.loss(facts.text("swapped") + ": ranks in another order");
    }
    String products = facts.word("products");
    if (!products.isEmpty()) {
      String kind = products.startsWith("mx") ? "mx" : "float8";
      facts.words("converters", List.of("quantize.linear." + kind), facts.text("products"));
    }
  }

  /** Full recomputation of one layer in several is called selective. */
  private void recompute() {
    long every = facts.number("again_every", 1);
    boolean isFull = facts.word("granularity").equals("full");
    String text = facts.text("granularity");
    if (facts.word("granularity").equals("selective")) {
      facts.word("granularity", "none", text);
      facts.loss(text + ": only whole layers are computed again by name");
    } else if (isFull && every > 1) {
      facts.word("granularity", "selective", text);
      facts.word("again_every", "" + every, text);
      return;
    }
    facts.remove("again_every");
  }

  private String text(ObjectNode launch, ObjectNode keys) {
    StringBuilder text = new StringBuilder("# ").append(section.find("program").orElseThrow());
    text.append(": torchrun ").append(String.join(" ", MegatronArguments.words(launch)));
    text.append(" -m torchtitan.train --job.config_file FILE\n");
    Map<String, StringBuilder> tables = new LinkedHashMap<>();
    keys.properties()
        .forEach(
            each -> {
              int dot = each.getKey().lastIndexOf('.');
              tables
                  .computeIfAbsent(each.getKey().substring(0, dot), unused -> new StringBuilder())
                  .append(each.getKey().substring(dot + 1))
                  .append(" = ")
                  .append(value(each.getValue()))
                  .append('\n');
            });
    tables.forEach((name, lines) -> text.append("\n[" + name + "]\n").append(lines));
    return text.toString();
  }

  /** What stands so in JSON stands so in TOML. */
  private static String value(JsonNode value) {
    return value.toString();
  }
}
