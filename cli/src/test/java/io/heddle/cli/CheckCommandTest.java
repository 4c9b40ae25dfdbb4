package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir private Path folder;

  private Path wrong() {
    return Execution.write(
        folder.resolve("wrong.tfm"), Execution.tinyText().replace("tp = 2", "tp = 16"));
  }

  /** One micro-batch for two stages is advised against. */
  private Path doubtful() {
    return Execution.write(
        folder.resolve("doubtful.tfm"), Execution.tinyText().replace("batch 8 ", "batch 2 "));
  }

  @Test
  void theExamplesAreClean() {
    Execution check =
        Execution.of(
            "check",
            Execution.example("llama3_8b.tfm"),
            Execution.example("llama3_8b_long.tfm"),
            Execution.example("gpt3_175b.tfm"),
            Execution.example("gpt3_kp.tfm"));
    assertThat(check.exit()).isZero();
    assertThat(check.out())
        .doesNotContain("TFM")
        .contains(
            "plan Pod64 of Llama3_8B          8.030 billion parameters   64 ranks"
                + "  8.175 GB of 85.899 GB: fits\n")
        .endsWith("4 files checked: 0 errors, 0 warnings\n");
    assertThat(check.err()).isEmpty();
  }

  @Test
  void quietPrintsFindingsOnly() {
    assertThat(Execution.of("check", "-q", Execution.tiny(folder)).out()).isEmpty();
    assertThat(Execution.of("check", "--quiet", doubtful()).out())
        .contains("warning[TFM5001]")
        .doesNotContain("plan ", "checked");
  }

  /** What a plan comes to is said of plans without errors only. */
  @Test
  void jsonHasThePlans() {
    JsonNode plans =
        Execution.of("check", "--json", Execution.example("llama3_8b.tfm"), wrong())
            .json()
            .path("plans");
    assertThat(plans).hasSize(2);
    assertThat(plans.get(1).path("plan").asText()).isEqualTo("Pod64");
    assertThat(plans.get(1).path("model").asText()).isEqualTo("Llama3_8B");
    assertThat(plans.get(1).path("parameters").asLong()).isEqualTo(8_030_261_248L);
    assertThat(plans.get(1).path("ranks").asLong()).isEqualTo(64);
    assertThat(plans.get(1).path("peak_bytes").asLong()).isPositive();
    assertThat(plans.get(1).path("device_bytes").asLong()).isEqualTo(85_899_345_920L);
    assertThat(plans.get(1).path("fits").asBoolean()).isTrue();
  }

  @Test
  void errorsOfAllFilesAreShown() {
    Execution check = Execution.of("check", wrong(), Execution.tiny(folder), doubtful());
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.out())
        .contains("wrong.tfm:", "error[TFM3002]", "doubtful.tfm:", "warning[TFM5001]")
        .contains("3 files checked: ");
  }

  @Test
  void warningsAloneAreNoFailure() {
    Execution check = Execution.of("check", doubtful());
    assertThat(check.out()).contains("warning[TFM5001]", "0 errors, 1 warning\n");
    assertThat(check.exit()).isZero();
  }

  @Test
  void jsonHasEveryFindingWithItsPlace() {
    Execution check = Execution.of("check", wrong(), "--format", "json");
    assertThat(check.exit()).isEqualTo(1);
    JsonNode json = check.json();
    assertThat(json.path("errors").asInt()).isEqualTo(json.path("findings").size()).isPositive();
    JsonNode first = json.path("findings").get(0);
    assertThat(first.path("severity").asText()).isEqualTo("error");
    assertThat(first.path("code").asText()).matches("TFM\\d{4}");
    assertThat(first.path("file").asText()).endsWith("wrong.tfm");
    assertThat(first.path("line").asInt()).isPositive();
    assertThat(first.path("column").asInt()).isPositive();
    assertThat(first.path("message").asText()).isNotEmpty();
  }

  @Test
  void filesThatCannotBeReadDoNotHideTheOthers() {
    Execution check = Execution.of("check", folder.resolve("none.tfm"), wrong());
    assertThat(check.exit()).isEqualTo(3);
    assertThat(check.err()).contains("none.tfm: no such file");
    assertThat(check.out()).contains("error[TFM3002]");
    JsonNode json = Execution.of("check", folder.resolve("none.tfm"), "--format", "json").json();
    assertThat(json.path("errors").asInt()).isEqualTo(1);
    assertThat(json.path("findings").get(0).path("message").asText()).contains("no such file");
  }

  @Test
  void onlyRegularFilesAreRead() {
    Execution check = Execution.of("check", folder);
    assertThat(check.exit()).isEqualTo(3);
    assertThat(check.err()).contains("not a regular file");
  }

  @Test
  void textIsUtf8() throws IOException {
    Path file = folder.resolve("latin.tfm");
    Files.write(file, new byte[] {'t', 'f', 'm', ' ', '1', '\n', '/', '/', (byte) 0xe9, '\n'});
    Execution check = Execution.of("check", file);
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.err()).contains("latin.tfm: byte 8 (0xe9) is not UTF-8");
    Files.write(file, new byte[] {'t', 'f', 'm', (byte) 0xe2, (byte) 0x82});
    assertThat(Execution.of("check", file).err()).contains("byte 3 (0xe2) is not UTF-8");
  }

  @Test
  void aByteOrderMarkIsNoText() {
    Path file = Execution.write(folder.resolve("marked.tfm"), "\uFEFF" + Execution.tinyText());
    assertThat(Execution.of("check", file).exit()).isZero();
  }

  @Test
  void longFilesAreRefused() {
    Path file = Execution.write(folder.resolve("long.tfm"), "tfm 1 //" + "x".repeat(9 << 20));
    Execution check = Execution.of("check", file);
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.err()).contains("long.tfm: more than 8,388,608 bytes");
  }

  @Test
  void formatsAreKnown() {
    assertThat(Execution.of("check", Execution.tiny(folder), "--format", "xml").exit())
        .isEqualTo(2);
  }
}
