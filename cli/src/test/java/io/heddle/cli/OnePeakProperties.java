package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.source.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every command that speaks of memory says the same peak of a plan. */
class OnePeakProperties {
  private static final String ENGINE =
      """

      engine eager {
        memory (allocator = 8 %, buffers = 100 MB, activations = 1.5, logit = 12, gradient = 2, product = 4)
      }
      """;

  @Provide
  Arbitrary<String> plans() {
    return Combinators.combine(
            Arbitraries.of("gpipe", "one_f_one_b", "zero_bubble", "interleaved(chunks = 2)"),
            Arbitraries.of("none", "full", "attend", "mlp"),
            Arbitraries.of(
                "adam",
                "adam sharded over dp",
                "adam sharded over dp, gradients sharded",
                "adam sharded over dp, weights sharded"),
            Arbitraries.of("", "engine eager"),
            Arbitraries.integers().between(2, 6),
            Arbitraries.of(1, 2))
        .as(
            (schedule, recompute, optimizer, engine, batches, microBatch) ->
                """
                  batch %d  micro_batch %d
                  schedule %s
                  recompute %s
                  optimizer %s
                  %s
                """
                    .formatted(
                        4 * batches * microBatch,
                        microBatch,
                        schedule,
                        recompute,
                        optimizer,
                        engine));
  }

  private static Path file(Path folder, String lines, long capacity) throws IOException {
    String tiny = TextFile.read(Execution.tiny(folder), "specification");
    int begin = tiny.indexOf("  batch 8");
    String text =
        tiny.substring(0, begin)
            + lines
            + tiny.substring(tiny.indexOf("  dtype"))
            + ENGINE
            + "sweep One of Desk8 { layers in 4 }\n";
    Path file = folder.resolve("one.tfm");
    Files.writeString(file, text.replace("memory 16 GiB", "memory %d B".formatted(capacity)));
    return file;
  }

  @Property(tries = 12)
  void memoryCheckRunAndSweepSayTheSame(@ForAll("plans") String lines) throws IOException {
    Path folder = Files.createTempDirectory("heddle");
    Path file = file(folder, lines, 1L << 34);
    Execution memory = Execution.of("memory", file, "--json");
    assertThat(memory.err()).isEmpty();
    long peak = 0;
    for (JsonNode stage : memory.json().get("stages")) {
      peak = Math.max(peak, stage.get("peak").asLong());
    }
    assertThat(peak).isPositive();
    JsonNode run = Execution.of("run", file, "--mode", "analytical", "--json").json();
    assertThat(run.get("memory").get("peak_bytes").asLong()).isEqualTo(peak);
    assertThat(run.get("memory").get("fits").asBoolean()).isTrue();
    JsonNode swept = Execution.of("sweep", file, "--mode", "analytical", "--json").json();
    assertThat(swept.get("points").get(0).get("memory_peak_bytes").asLong()).isEqualTo(peak);
    assertThat(Execution.of("check", file(folder, lines, peak)).err()).doesNotContain("TFM5011");
    Execution small = Execution.of("check", file(folder, lines, peak - 1));
    assertThat(small.out() + small.err()).contains("TFM5011");
  }
}
