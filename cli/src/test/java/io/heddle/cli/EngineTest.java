package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.cli.source.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an engine adds to a step, in times and in traces. */
class EngineTest {
  @TempDir private Path folder;

  /** The small plan, run by an engine with these lines. */
  private Path tiny(String engine) throws IOException {
    String text = TextFile.read(Path.of(Execution.tiny(folder).toString()), "specification");
    Path file = folder.resolve("engine.tfm");
    String named = text.replaceFirst("(?m)^  dtype", "  engine mine\n  dtype");
    assertThat(named).contains("engine mine");
    Files.writeString(file, named + "\nengine mine { " + engine + " }\n");
    return file;
  }

  private long nanos(Path file, String mode) throws IOException {
    return Execution.of("run", file.toString(), "--mode", mode, "--json")
        .json()
        .get("iteration_time_ns")
        .asLong();
  }

  /** New weights are gathered beside it: 16 us at most. */
  @ParameterizedTest
  @ValueSource(strings = {"flattened", "hierarchical", "hybrid", "analytical"})
  void aFixedTimeIsAddedOnce(String mode) throws IOException {
    long ideal = nanos(tiny(""), mode);
    assertThat(ideal).isEqualTo(nanos(Execution.tiny(folder), mode));
    assertThat(nanos(tiny("step (fixed = 40 ms)"), mode) - ideal)
        .isBetween(40_000_000L - 16_000, 40_000_000L + 100);
  }

  /** The small plan splits the optimizer's states over two ranks. */
  @Test
  void ranksThatShareTheOptimizerAddToTheStep() throws IOException {
    assertThat(nanos(tiny("step (rank = 20 ms)"), "analytical"))
        .isCloseTo(nanos(tiny("step (fixed = 40 ms)"), "analytical"), within(100L));
  }

  /** Two stages of two layers; a forward pass has a third of what both passes take. */
  @ParameterizedTest
  @ValueSource(strings = {"flattened", "hierarchical", "hybrid", "analytical"})
  void aLayerLastsAtLeastAsLongAsItsLaunch(String mode) throws IOException {
    long one = nanos(tiny("host (layer = 3 ms)"), mode);
    long two = nanos(tiny("host (layer = 6 ms)"), mode);
    // Two layers of a stage, as often as there are micro-batches and a stage to wait for.
    assertThat((two - one) % 3_000_000).isCloseTo(0, within(3_000_000L));
    assertThat(two - one).isGreaterThan(2 * 3_000_000L);
    assertThat(nanos(tiny("host (layer = 2 ms, rank = 500 us)"), mode))
        .isCloseTo(one, within(one / 1000));
  }

  @Test
  void factorsLengthenKernelsOfTheirKind() throws IOException {
    long ideal = nanos(tiny(""), "flattened");
    for (String kind : new String[] {"matmul", "attend", "pointwise", "loss", "optimizer"}) {
      assertThat(nanos(tiny("kernels (" + kind + " = 3)"), "flattened"))
          .as(kind)
          .isGreaterThan(ideal);
    }
    assertThat(nanos(tiny("host (kernel = 10 us)"), "flattened")).isGreaterThan(ideal);
  }

  @Test
  void tracesLastAsLongAsTheRun() throws IOException {
    Path file =
        tiny("kernels (matmul = 1.5) host (layer = 1 ms, kernel = 2 us) step (fixed = 5 ms)");
    Path traces = folder.resolve("traces");
    Execution emit = Execution.of("emit", file.toString(), "-o", traces.toString());
    assertThat(emit.exit()).as(emit.err()).isZero();
    long simulated =
        Execution.of("simulate", traces.toString(), "--json").json().get("max_cycles").asLong();
    assertThat(simulated).isEqualTo(nanos(file, "flattened"));
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    assertThat(Execution.of("check", tiny("hosts (layer = 3 ms)").toString()).out())
        .contains("unknown line of an engine `hosts`", "did you mean `host`?");
    assertThat(Execution.of("check", tiny("host (layers = 3 ms)").toString()).out())
        .contains("unknown figure of `host` `layers`", "did you mean `layer`?");
    assertThat(Execution.of("check", tiny("host (layer = 3)").toString()).out())
        .contains("has no unit");
    assertThat(Execution.of("check", tiny("step (fixed = 1 ms, fixed = 2 ms)").toString()).out())
        .contains("figure `fixed` is declared twice");
  }
}
