package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All commands that take a plan take the same settings, and agree what the plan is then. */
class SettingsTest {
  @TempDir private Path folder;

  private static Execution pod64(String command, String settings, Object... more) {
    Object[] arguments = new Object[6 + more.length];
    arguments[0] = command;
    arguments[1] = Execution.example("llama3_8b.tfm");
    arguments[2] = "--plan";
    arguments[3] = "Pod64";
    arguments[4] = "--set";
    arguments[5] = settings;
    System.arraycopy(more, 0, arguments, 6, more.length);
    return Execution.of(arguments);
  }

  @Test
  void recomputationReachesEveryCommand() {
    String whole = "seq=262144";
    String again = "seq=262144, recompute = full";
    assertThat(pod64("check", whole).out()).contains("warning[TFM5011]");
    assertThat(pod64("check", again).out()).contains("0 errors, 0 warnings");
    assertThat(pod64("memory", again).out()).isNotEqualTo(pod64("memory", whole).out());
    assertThat(pod64("explain", again).out()).contains("recompute full");
    Object[] drawn = {"--block", "attention", "-o", "-"};
    assertThat(pod64("graph", "recompute = attend", drawn).out())
        .isNotEqualTo(pod64("graph", "recompute = none", drawn).out());
  }

  @Test
  void aPlanThatIsPrintedIsThePlanThatIsRun() {
    String settings = "schedule = interleaved(chunks = 2), batch=16, layout = dp > pp > tp";
    Execution text = pod64("explain", settings, "--plan-text");
    assertThat(text.err()).isEmpty();
    assertThat(text.out())
        .startsWith("tfm 1\n")
        .contains("  schedule  interleaved(chunks = 2)\n", "  layout dp > pp > tp\n");
    Path file = Execution.write(folder.resolve("set.tfm"), text.out());
    assertThat(Execution.of("run", file).out()).isEqualTo(pod64("run", settings).out());
    assertThat(Execution.of("explain", file).out()).isEqualTo(pod64("explain", settings).out());
    assertThat(Execution.of("explain", file, "--plan-text").out()).isEqualTo(text.out());
    Execution both = pod64("explain", settings, "--plan-text", "--schedule");
    assertThat(both.exit()).isEqualTo(2);
  }

  @Test
  void settingsOfCheckAreForThePlansOfTheFile() {
    String text =
        """
        tfm 1
        import "std/models/llama3.tfm"
        import "std/clusters.tfm"
        plan Mine of Llama3_8B {
          mesh  dp = 2, tp = 4
          shard { b over dp  g f voc over tp  stream: s over tp }
          batch 8 * dp  micro_batch 1
          on    hgx_h100(nodes = dp * tp / 8)
        }
        """;
    Path file = Execution.write(folder.resolve("mine.tfm"), text);
    assertThat(Execution.of("check", file, "--set", "dp=4").out()).contains(" 0 errors");
    assertThat(Execution.of("check", file, "--set", "dp=3").out())
        .contains("12 / 8 leaves the remainder 4");
  }

  @Test
  void aSweepIsOfThePlanWithItsSettings() throws IOException {
    Path file =
        Execution.write(
            folder.resolve("swept.tfm"),
            Execution.tinyText() + "\nsweep S of Desk8 {\n  schedule in gpipe, zero_bubble\n}\n");
    Path results = folder.resolve("results");
    Execution sweep =
        Execution.of("sweep", file, "--set", "batch=16,recompute=full", "-o", results, "--json");
    assertThat(sweep.exit()).isZero();
    Execution run =
        Execution.of(
            "run",
            file,
            "--plan",
            "Desk8",
            "--json",
            "--set",
            "batch=16,recompute=full,schedule=gpipe");
    assertThat(sweep.json().path("points").get(0).path("iteration_time_ns"))
        .isEqualTo(run.json().path("iteration_time_ns"));
    assertThat(Files.readString(results.resolve("results.json")))
        .contains("\"settings\" : \"batch=16, recompute=full\"");
    Execution other = Execution.of("sweep", file, "-o", results);
    assertThat(other.err()).contains("other settings");
  }

  @Test
  void whatIsWrongStandsInTheSetting() {
    for (String command : List.of("run", "compare", "explain", "memory", "check")) {
      Execution execution = pod64(command, "layout = dp > pp");
      assertThat(execution.exit()).as(command).isEqualTo(1);
      assertThat(execution.err() + execution.out())
          .contains(
              """
              --set:1:10: error[TFM3007]: `layout` does not list axis tp
                  1 | layout = dp > pp
                    |          ^~~~~~~
              """);
    }
  }
}
