package io.heddle.processor.model;

import io.heddle.processor.diagnose.Spelling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
          "std/models/deepseek_v3_2.tfm",
          "std/models/dit.tfm",
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
    return Optional.ofNullable(names(sort).get(name))
        .map(file -> brings(file) + ": write that line below `tfm 1`");
  }

  /**
   * A name of the library that the word begins, as a question; empty if there is none, or one that
   * needs no import.
   *
   * @param known names that need none
   */
  static Optional<String> begunBy(String sort, String word, Set<String> known) {
    SortedMap<String, String> names = names(sort);
    String begin = word + "_";
    return Stream.concat(known.stream(), names.keySet().stream())
        .filter(name -> name.startsWith(begin))
        .findFirst()
        .filter(name -> !known.contains(name))
        .map(name -> question(name, names));
  }

  /** The name of the library nearest to a word, as a question; empty if none is near. */
  static Optional<String> near(String sort, String word) {
    SortedMap<String, String> names = names(sort);
    return Spelling.nearest(word, names.keySet()).map(name -> question(name, names));
  }

  private static String question(String name, SortedMap<String, String> names) {
    return "did you mean `%s`? %s".formatted(name, brings(names.get(name)));
  }

  private static String brings(@Nullable String file) {
    return "`import \"%s\"` brings it".formatted(file);
  }

  /** The library's names of a sort, with the file of each. */
  private static SortedMap<String, String> names(String sort) {
    SortedMap<String, String> names = new TreeMap<>();
    if (SORTS.contains(sort)) {
      for (String file : FILES) {
        Matcher found = DECLARATION.matcher(text(file));
        while (found.find()) {
          if (found.group(1).equals(sort)) {
            names.putIfAbsent(found.group(2), file);
          }
        }
      }
    }
    return names;
  }

  private static String text(String file) {
    try (InputStream stream = BuiltIn.class.getResourceAsStream("/io/heddle/" + file)) {
      return stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
