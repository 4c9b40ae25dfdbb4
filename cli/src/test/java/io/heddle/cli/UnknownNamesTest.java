package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever names what is not there hears of the nearest that is. */
class UnknownNamesTest {
  private static final String HARDWARE =
      """
      tfm 1
      import "std/clusters.tfm"
      import "std/engines.tfm"
      import "%s"
      plan Other of %s {
        mesh tp = 8
        shard { g f voc over tp }
        batch 8  micro_batch 1
        engine %s
        on %s(nodes = 1)
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void files() {
    write("tiny.tfm", Execution.tinyText());
    write("gemm.csv", "dtyp,m,n,k,latency_us\nbf16,1,1,1,1\n");
    write("config.json", "{\"model_type\": \"lama\"}");
    write("lost.tfm", "tfm 1\nimport \"std/cluster.tfm\"\n");
    write("moved.tfm", "tfm 1\nimport \"std/llama3.tfm\"\n");
    write("beside.tfm", "tfm 1\nimport \"tinny.tfm\"\n");
    write("unsaid.tfm", "tfm 1\nimport \"clusters.tfm\"\n");
    write(
        "model.tfm", HARDWARE.formatted("std/models/llama3.tfm", "Llama3_9B", "vllm", "hgx_h100"));
    write(
        "engine.tfm", HARDWARE.formatted("std/models/llama3.tfm", "Llama3_8B", "vlm", "hgx_h100"));
    write(
        "machine.tfm", HARDWARE.formatted("std/models/llama3.tfm", "Llama3_8B", "vllm", "hgx_h10"));
    write(
        "newer.tfm", HARDWARE.formatted("std/models/llama3.tfm", "Llama3_8B", "vllm", "hgx_h200"));
    write(
        "rack.tfm",
        HARDWARE.formatted("std/models/llama3.tfm", "Llama3_8B", "vllm", "nvl72_gb20_measured"));
  }

  @Test
  void aCommaBeforeTheNextRuleIsSeen() {
    write("comma.tfm", Execution.tinyText().replaceFirst("over dp", "over dp,"));
    assertThat(Execution.of("check", folder.resolve("comma.tfm")).out())
        .contains("unknown axis `n`", "rules stand without commas: `b over dp  n over tp`")
        .contains("1 error, 0 warnings");
  }

  private void write(String name, String text) {
    Execution.write(folder.resolve(name), text);
  }

  static Stream<Arguments> namesThatAreNotThere() {
    return Stream.of(
        of("chek tiny.tfm", "check"),
        of("import hff config.json", "hf"),
        of("check tinny.tfm", "/tiny.tfm"),
        of("check std/models/lama3.tfm", "std/models/llama3.tfm"),
        of("check lost.tfm", "std/clusters.tfm"),
        of("check moved.tfm", "std/models/llama3.tfm"),
        of("check beside.tfm", "tiny.tfm"),
        of("check unsaid.tfm", "std/clusters.tfm"),
        of("run std/models/llama3.tfm --plan Llama3_8B_H100x65", "Llama3_8B_H100x64"),
        of("check model.tfm", "Llama3_8B"),
        of("check engine.tfm", "vllm"),
        of("check machine.tfm", "hgx_h100"),
        of("check newer.tfm", "hgx_h200_measured"),
        of("check rack.tfm", "nvl72_gb200_measured"),
        of("validate --device h100_sx --gemm gemm.csv", "h100_sxm"),
        of("run tiny.tfm --mode flatened", "flattened"),
        of("run tiny.tfm --backend congestion-unwaare", "congestion-unaware"),
        of("run tiny.tfm --set bach=4", "batch"),
        of("run tiny.tfm --set schedul=gpipe", "schedule"),
        of("graph tiny.tfm --block atention -o x.svg", "attention"),
        of("validate --device h100_sxm --gemm gemm.csv", "dtyp"),
        of("import hf config.json -o x.tfm", "llama"));
  }

  private static Arguments of(String line, String meant) {
    return Arguments.of(line, meant);
  }

  @ParameterizedTest
  @MethodSource("namesThatAreNotThere")
  void hearOfTheNearest(String line, String meant) {
    List<Object> words =
        Stream.of(line.split(" ", -1))
            .map(word -> word.matches("[a-z]+\\.[a-z]+") ? folder.resolve(word) : word)
            .map(Object.class::cast)
            .toList();
    Execution execution = Execution.of(words.toArray());
    assertThat(execution.exit()).isBetween(1, 3);
    assertThat(execution.out() + execution.err())
        .as(line)
        .containsPattern("(did you mean|is) `[^`]*" + meant + "`");
  }

  /** What could not be imported is not suggested either. */
  @Test
  void filesOfOtherFoldersAreNot(@TempDir Path other) throws IOException {
    Files.createDirectories(other.resolve("near"));
    Files.createDirectories(other.resolve("main"));
    Files.writeString(other.resolve("near/rack.tfm"), "tfm 1\n");
    Path file = other.resolve("main/a.tfm");
    Files.writeString(file, "tfm 1\nimport \"../near/racks.tfm\"\n");
    Execution check = Execution.of("check", file);
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.out()).contains("there is no file").doesNotContain("did you mean");
  }
}
