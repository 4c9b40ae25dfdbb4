package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Configurations are written by hand from the keys that the configuration classes document, with
 * the values that the model cards publish.
 */
class ImportHfCommandTest {
  private static final Path CONFIGURATIONS = Path.of("src/test/resources/io/heddle/cli/convert/hf");

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Execution read(Path config) {
    return Execution.of("import", "hf", config, "-o", folder.resolve("m.tfm"));
  }

  private static Path config(String name) {
    return CONFIGURATIONS.resolve(name + ".json");
  }

  private Path write(String json) {
    return Execution.write(folder.resolve("config.json"), json);
  }

  /**
   * As the model cards count the weights, without multi-token prediction and without biases that
   * balance the routing. Tied tables count once (falcon_7b: the file of its weights has the table
   * twice).
   */
  @ParameterizedTest
  @CsvSource({
    "llama2_7b,             6738415616",
    "llama3_1_8b,           8030261248",
    "llama3_2_1b,           1235814400",
    "mistral_7b,            7241732096",
    "mixtral_8x7b,         46702792704",
    "qwen2_5_0_5b,           494032768",
    "qwen2_5_7b,            7615616512",
    "qwen1_5_moe_a2_7b,    14315784192",
    "qwen3_8b,              8190735360",
    "qwen3_30b_a3b,        30532122624",
    "gpt2,                   124439808",
    "gpt2_xl,               1557611200",
    "gpt_neox_20b,         20554567680",
    "pythia_6_9b,           6857302016",
    "falcon_7b,             6921720704",
    "falcon_40b,           41303293952",
    "phi3_mini,             3821079552",
    "phi4,                 14659507200",
    "gemma2_2b,             2614341888",
    "gemma2_9b,             9241705984",
    "gemma2_27b,           27227128320",
    "gemma3_1b,              999885952",
    "gemma3_4b,             3880263168",
    "deepseek_v2_lite,     15706484224",
    "deepseek_v2,         235741434880",
    "deepseek_v3,         671026404352",
    "deepseek_v3_2,       671877929216",
    "kimi_k2,            1026408209408",
    "glm4_5_air,          106852245504",
    "gpt_oss_20b,          20914757184",
    "gpt_oss_120b,        116829156672",
  })
  void parametersAreThosePublished(String name, long published) throws IOException {
    Execution read = read(config(name));
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(read.out()).contains("model m, %,d parameters, ".formatted(published));
    assertThat(read.err()).doesNotContain("not a known key");
    Execution check = Execution.of("check", folder.resolve("m.tfm"));
    assertThat(check.exit()).as(check.err() + check.out()).isZero();
  }

  @Test
  void everyConfigurationIsCounted() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGURATIONS)) {
      assertThat(files).hasSize(31);
    }
  }

  @Test
  void whatIsLeftOutIsNamed() {
    assertThat(read(config("gemma2_2b")).err())
        .doesNotContain("attn_logit_softcapping")
        .contains("heddle: left out: final_logit_softcapping: ");
    assertThat(read(config("deepseek_v3")).err())
        .contains("num_nextn_predict_layers: multi-token prediction")
        .contains("quantization_config: ")
        .contains("the biases that balance the routing");
    assertThat(read(config("gemma3_4b")).err()).contains("vision_config: only the text model");
    assertThat(read(config("llama3_1_8b")).err()).isEmpty();
  }

  /** What layers repeat is one line, which follows the parameter when it is changed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama3_1_8b  | stack layers of attention, swiglu",
        "gpt_oss_20b  | stack layers of cycle((local, moe), (attention, moe))",
        "gemma3_1b    | stack layers of cycle(5 of (local, geglu), (attention, geglu))",
        "deepseek_v2  | stack 1 of attention, swiglu; stack layers - 1 of attention, moe",
      })
  void layersArePatterns(String name, String stacks) {
    assertThat(read(config(name)).exit()).isZero();
    assertThat(folder.resolve("m.tfm")).content().contains("  " + stacks.replace("; ", "\n  "));
  }

  @Test
  void aPatternMayBeginAndEndAnyhow() {
    String kinds =
        "full_attention, full_attention, sliding_attention, full_attention, sliding_attention"
            .replaceAll("(\\w+)", "\"$1\"");
    Execution read =
        read(
            write(
                "{\"model_type\": \"gpt_oss\", \"num_hidden_layers\": 5, \"layer_types\": ["
                    + kinds
                    + "]}"));
    assertThat(read.exit()).as(read.err()).isZero();
    assertThat(folder.resolve("m.tfm"))
        .content()
        .contains("  stack 1 of attention, moe\n")
        .contains("  stack layers - 1 of cycle((attention, moe), (local, moe))\n");
  }

  @Test
  void scoresAreCappedAndHaveSinks() {
    assertThat(Execution.of("import", "hf", config("gemma2_2b")).out())
        .contains("causal, window = window, softcap = 50)")
        .contains("causal, softcap = 50)");
    assertThat(Execution.of("import", "hf", config("gpt_oss_20b")).out())
        .contains("weight sinks[g r]")
        .contains("causal, sinks = sinks)");
    Path wrong = write("{\"model_type\": \"gemma2\", \"attn_logit_softcapping\": \"x\"}");
    assertThat(read(wrong).err()).contains("`attn_logit_softcapping` is \"x\"; expected a number");
  }

  @Test
  void theFileIsReadable() throws IOException {
    Execution read =
        Execution.of("import", "hf", config("qwen3_8b"), "--name", "Qwen", "--seq=512");
    assertThat(read.out())
        .startsWith("tfm 1\nimport \"std/clusters.tfm\"\n")
        .contains("model Qwen {\n  param layers = 36, hidden = 4096, heads = 32, kv_heads = 8")
        .contains("seq = 512\n")
        .contains("attend(rope(rmsnorm(q)), rope(rmsnorm(k)), v, over = s, causal)")
        .contains("plan Qwen_Node of Qwen {");
  }

  @Test
  void aModelWithLearnedPositionsKeepsItsLength() {
    assertThat(Execution.of("import", "hf", config("gpt2"), "--seq", "512").out())
        .contains("seq = 1024\n");
  }

  @Test
  void anUnknownKeyIsNamedAndNotRead() {
    Path file =
        write(
            "{\"model_type\":\"llama\",\"num_hidden_layers\":2,\"n\\nmodel X { }\":1,\"spin\":3}");
    Execution read = read(file);
    assertThat(read.exit()).isZero();
    assertThat(read.err())
        .contains("\"spin\": not a known key")
        .contains("\"n\\u000amodel X { }\": not a known key");
    assertThat(folder.resolve("m.tfm")).content().doesNotContain("model X").doesNotContain("spin");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                         | no `model_type`",
        "[1]                                                        | expected an object of keys",
        "{\"model_type\": \"bert\"}                                 | `model_type` is \"bert\"; types",
        "{\"model_type\": \"llama\", \"hidden_size\": \"4096\"}     | `hidden_size` is \"4096\"; expected a whole number",
        "{\"model_type\": \"llama\", \"hidden_size\": -1}           | `hidden_size` is -1; expected",
        "{\"model_type\": \"llama\", \"hidden_size\": 1e3}          | `hidden_size` is 1000.0; expected",
        "{\"model_type\": \"llama\", \"hidden_size\": 4095}         | 4,095 does not divide by 32",
        "{\"model_type\": \"llama\", \"num_attention_heads\": 0}    | does not divide by 0",
        "{\"model_type\": \"llama\", \"num_hidden_layers\": 900000} | `num_hidden_layers` is 900000; expected a number from 1 to 10,000",
        "{\"model_type\": \"llama\", \"hidden_act\": \"xielu\"}     | `hidden_act` is \"xielu\"; expected one of silu",
        "{\"model_type\": \"llama\", \"hidden_act\": 7}             | `hidden_act` is 7; expected a word",
        "{\"model_type\": \"llama\", \"num_key_value_heads\": 5}    | these sizes are no model:",
        "{\"model_type\": \"gemma3\"}                               | no `text_config`",
        "{\"model_type\": \"gpt_oss\", \"layer_types\": [\"full_attention\"]} | `layer_types` is 1 layers",
        "{\"model_type\": \"gpt_oss\", \"layer_types\": [\"linear\"]} | `layer_types` is \"linear\"",
        "{\"model_type\": \"llama\", \"model_type\": \"llama\"}     | not JSON: Duplicate",
        "{\"model_type\":                                           | not JSON: ",
        "'{\"model_type\": \"llama\"} 1'                            | not JSON: ",
      })
  void whatCannotBeAModelIsAnErrorThatNamesTheKey(String json, String message) {
    Execution read = read(write(json));
    assertThat(read.exit()).isEqualTo(1);
    assertThat(read.err()).contains("config.json").contains(message);
    assertThat(folder.resolve("m.tfm")).doesNotExist();
  }

  @Test
  void deepNestingEnds() {
    Execution read = read(write("{\"a\":" + "[".repeat(100_000)));
    assertThat(read.exit()).isEqualTo(1);
    assertThat(read.err()).contains("not JSON: ").hasSizeLessThan(400);
  }

  /** Whatever stands for a value: a model or an error of the input, never a fault. */
  @ParameterizedTest
  @ValueSource(strings = {"deepseek_v2_lite", "falcon_7b"})
  void anyValueOfAnyKeyIsTakenOrRefused(String name) throws IOException {
    ObjectNode config = (ObjectNode) JSON.readTree(config(name).toFile());
    List<String> keys = new ArrayList<>();
    config.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      for (String value : List.of("null", "-3", "1000000000", "\"x\"", "[]")) {
        ObjectNode changed = config.deepCopy();
        changed.set(key, JSON.readTree(value));
        Execution read = read(write(changed.toString()));
        assertThat(read.exit()).as("%s = %s: %s", key, value, read.err()).isIn(0, 1);
        assertThat(read.err()).doesNotContain("Exception");
      }
    }
  }

  @Test
  void whatIsWrongWithTheCommandLineIsSaid() {
    assertThat(Execution.of("import").exit()).isEqualTo(2);
    assertThat(Execution.of("import", "hf", config("gpt2"), "--name", "a b").err())
        .contains("--name a b: write letters");
    assertThat(Execution.of("import", "hf", config("gpt2"), "--seq", "0").exit()).isEqualTo(2);
    assertThat(Execution.of("import", "hf", folder.resolve("none.json")).exit()).isEqualTo(3);
    Path file = write("{\"model_type\": \"llama\"}");
    assertThat(Execution.of("import", "hf", file, "-o", file).err()).contains("is read as");
  }

  /** Every type that can be read is among the configurations of the tests. */
  @Test
  void everyTypeIsTested() throws IOException {
    String known = read(write("{}")).err();
    try (Stream<Path> files = Files.list(CONFIGURATIONS)) {
      String tested =
          files
              .map(ImportHfCommandTest::type)
              .distinct()
              .sorted()
              .collect(Collectors.joining(", "));
      assertThat(known).contains("types that can be imported: " + tested);
    }
  }

  private static String type(Path file) {
    try {
      JsonNode config = JSON.readTree(file.toFile());
      return config.path("model_type").textValue();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
