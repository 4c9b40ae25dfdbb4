package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Sizes near 2^63 are counted, or refused at the statement that has them: no command fails. */
final class HugeNumbersProperties {
  private static final List<String> COMMANDS =
      List.of(
          "check",
          "run",
          "run --mode analytical",
          "run --mode hybrid",
          "memory",
          "explain",
          "run --slow rank=0:1000",
          "explain --schedule");
  private static final List<String> LINES =
      List.of(
          "optimizer = adam",
          "optimizer = adam sharded over dp, gradients sharded",
          "schedule = zero_bubble",
          "recompute = full",
          "reduce = per layer",
          "engine = megatron",
          "dtype = fp32");

  private static Path tiny = Path.of("");

  @BeforeContainer
  static void file() throws IOException {
    tiny = Execution.tiny(Files.createTempDirectory("heddle-huge"));
    Execution.write(
        tiny, Execution.tinyText().replace("tfm 1\n", "tfm 1\nimport \"std/engines.tfm\"\n"));
    tiny.toFile().deleteOnExit();
    tiny.getParent().toFile().deleteOnExit();
  }

  @Property(tries = 60)
  void noCommandFails(@ForAll long seed) {
    Random random = new Random(seed);
    StringBuilder settings = new StringBuilder("layers = 2, batch = 4, micro_batch = 1");
    int left = 20 + random.nextInt(60);
    for (String name : List.of("hidden", "ffn", "seq", "vocab")) {
      int bits = 4 + Math.min(34, random.nextInt(Math.max(1, left)));
      left -= bits - 4;
      settings.append(", ").append(name).append(" = ").append(1L << bits);
    }
    String command = COMMANDS.get(random.nextInt(COMMANDS.size()));
    String line = LINES.get(random.nextInt(LINES.size()));
    assertIsNoFault(command, settings.toString(), line);
  }

  /** The optimizer moves more bytes than any other kernel. */
  @Example
  void theOptimizerIsRefusedWhereItIsWritten() {
    String settings =
        "hidden = 268435456, ffn = 268435456, heads = 1, vocab = 2, seq = 2, layers = 1, pp = 1,"
            + " tp = 1, dp = 2, nodes = 1, batch = 2";
    Execution run = Execution.of("run", tiny, "--set", settings, "--set", "optimizer = adam");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains("--set:1:13: error[TFM2031]: the bytes of `optimizer`, 1.30e19, do not fit");
  }

  private static void assertIsNoFault(String command, String settings, String line) {
    List<Object> words = new ArrayList<>(List.of((Object[]) command.split(" ", -1)));
    words.addAll(List.of(tiny, "--set", settings, "--set", line));
    if (command.startsWith("run")) {
      words.add("--no-cache");
    }
    Execution execution = Execution.of(words.toArray());
    assertThat(execution.exit())
        .as("%s --set '%s' --set '%s': %s", command, settings, line, execution.err())
        .isIn(0, 1);
    assertThat(execution.out()).doesNotContainPattern("[ =]-[0-9]");
  }
}
