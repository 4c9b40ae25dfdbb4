package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.cli.failure.Failure;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes the arguments of Megatron-LM that run a plan. */
public final class MegatronExport {
  private static final String MODEL = "Model";
  private static final int MOST_WIDTH = 96;

  private final ConfigMapping mapping = ConfigMapping.read(ConfigMapping.MEGATRON);
  private final ConfigMapping.Section section = mapping.of("gpt").orElseThrow();
  private final MappedFacts facts = new MappedFacts();
  private final Compiled compiled;

  private MegatronExport(Compiled compiled) {
    this.compiled = compiled;
  }

  /**
   * Finds the arguments, and reads them back to see what they lose.
   *
   * @param compiled its placement has been checked
   */
  public static Exported of(Compiled compiled) {
    return new MegatronExport(compiled).write();
  }

  private Exported write() {
    ModelReading.read(compiled, facts);
    PlanReading.read(compiled, facts);
    recompute();
    KeySearch.Found found = KeySearch.find(mapping, section, facts);
    ObjectNode keys = MegatronArguments.written(found.keys());
    ObjectNode launch = JsonNodeFactory.instance.objectNode();
    for (String key : section.list("launch")) {
      if (keys.has(key)) {
        launch.set(key, keys.remove(key));
      }
    }
    List<String> lost = new ArrayList<>(facts.losses());
    found.failed().forEach(line -> lost.add(facts.text(line)));
    String arguments = String.join(" ", MegatronArguments.words(keys));
    if (lost.isEmpty()) {
      readBack(arguments).ifPresent(lost::add);
    }
    return new Exported(
        section.find("program").orElseThrow(),
        launch,
        keys,
        text(launch, keys),
        lost,
        List.of(section.find("assumed").orElseThrow()));
  }

  /** Full recomputation wants a method; of one layer in several, the block method comes nearest. */
  private void recompute() {
    if (!facts.word("granularity").equals("full")) {
      return;
    }
    long every = facts.number("again_every", 1);
    facts.word("method", every == 1 ? "uniform" : "block", facts.text("granularity"));
    long stage = facts.number("layers", 1) / Math.max(1, facts.number("pp", 1));
    facts.number("every", every == 1 ? 1 : stage / every, facts.text("granularity"));
    if (every > 1) {
      facts.loss(
          facts.text("granularity")
              + " every "
              + every
              + " layers: the first layers of each stage are computed again instead");
    }
  }

  /** What these arguments make otherwise; empty where nothing is. */
  private Optional<String> readBack(String arguments) {
    try {
      long ranks = compiled.numbers().values().mesh().ranks();
      ImportedModel model = MegatronImport.arguments(arguments, MODEL, OptionalLong.of(ranks));
      TfmCompiler compiler =
          TfmCompiler.read(new Source("model.tfm", model.text()), Imports.LIBRARY_ONLY);
      Compiled other = compiler.compile(MODEL + "_Plan").orElseThrow();
      other.checkPlacement();
      return StageWork.difference(compiled, other);
    } catch (Failure refused) {
      return Optional.of("read back: " + refused.getMessage());
    }
  }

  private String text(ObjectNode launch, ObjectNode keys) {
    boolean isConnected = !keys.path("use_megatron_fsdp").asBoolean();
    String environment = isConnected ? section.find("environment").orElse("") + " " : "";
    List<String> words = new ArrayList<>(MegatronArguments.words(keys));
    List<String> alone = new ArrayList<>(section.list("alone"));
    if (keys.has("num_experts")) {
      alone.addAll(section.list("alone_experts"));
    }
    if (keys.path("multi_latent_attention").asBoolean()) {
      alone.addAll(section.list("alone_latent"));
    }
    if (!isConnected) {
      alone.addAll(section.list("alone_fsdp"));
    }
    for (String each : alone) {
      String[] sides = each.split(" ", 2);
      words.add("--" + sides[0].replace('_', '-') + (sides.length > 1 ? " " + sides[1] : ""));
    }
    StringBuilder text = new StringBuilder(environment).append("torchrun ");
    text.append(String.join(" ", MegatronArguments.words(launch))).append(" pretrain_gpt.py");
    int width = MOST_WIDTH;
    for (String word : words) {
      if (width + word.length() + 1 > MOST_WIDTH) {
        text.append(" \\\n ");
        width = 1;
      }
      text.append(' ').append(word);
      width += word.length() + 1;
    }
    return text.append('\n').toString();
  }
}
