package io.heddle.processor.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the built-in library declares a name, for those who forgot to import it. */
final class BuiltIn {
  /** All files of the library. */
  static final List<String> FILES =
      List.of(
          "std/clusters.tfm",
          "std/devices.tfm",
          "std/engines.tfm",
          "std/measured/a100_sxm_80gb.tfm",
          "std/measured/b200.tfm",
          "std/measured/b300.tfm",
          "std/measured/gb200.tfm",
          "std/measured/gb300.tfm",
          "std/measured/h100_efa.tfm",
          "std/measured/h100_sxm.tfm",
          "std/measured/h200.tfm",
          "std/measured/l40s.tfm",
          "std/models/bert.tfm",
          "std/models/dbrx.tfm",
          "std/models/deepseek_v3.tfm",
          "std/models/falcon.tfm",
          "std/models/families.tfm",
          "std/models/gemma2.tfm",
          "std/models/gemma3.tfm",
          "std/models/glm4_5.tfm",
          "std/models/gpt3.tfm",
          "std/models/gpt_neox.tfm",
          "std/models/gpt_oss.tfm",
          "std/models/grok1.tfm",
          "std/models/jamba.tfm",
          "std/models/kimi_k2.tfm",
          "std/models/llama2.tfm",
          "std/models/llama3.tfm",
          "std/models/llama3_vision.tfm",
          "std/models/llama4.tfm",
          "std/models/llava.tfm",
          "std/models/lora.tfm",
          "std/models/mamba2.tfm",
          "std/models/minimax_m2.tfm",
          "std/models/mixtral.tfm",
          "std/models/nemotron_h.tfm",
          "std/models/phi4.tfm",
          "std/models/qwen2_5.tfm",
          "std/models/qwen3.tfm",
          "std/models/qwen3_next.tfm",
          "std/models/t5.tfm",
          "std/models/vit.tfm",
          "std/operations.tfm");

  private static final Set<String> SORTS = Set.of("model", "cluster", "device", "engine");

  private static final Pattern DECLARATION =
      Pattern.compile("^(model|cluster|device|engine)\\s+(\\w+)", Pattern.MULTILINE);

  private BuiltIn() {}

  /** What brings the name; empty if the library does not have it. */
  static Optional<String> help(String sort, String name) {
    if (!SORTS.contains(sort)) {
      return Optional.empty();
    }
    return FILES.stream()
        .filter(file -> declares(file, sort, name))
        .findFirst()
        .map(file -> "`import \"%s\"` brings it: write that line below `tfm 1`".formatted(file));
  }

  private static boolean declares(String file, String sort, String name) {
    try (InputStream stream = BuiltIn.class.getResourceAsStream("/io/heddle/" + file)) {
      if (stream == null) {
        return false;
      }
      Matcher found =
          DECLARATION.matcher(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
      while (found.find()) {
        if (found.group(1).equals(sort) && found.group(2).equals(name)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
