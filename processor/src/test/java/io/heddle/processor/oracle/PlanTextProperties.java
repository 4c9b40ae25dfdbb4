package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.Explanation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A plan that is written as text compiles to the same plan, whatever was changed of it before. */
final class PlanTextProperties {
  private static final List<Path> FOLDERS =
      List.of(
          Path.of("..", "examples", "models"),
          Path.of("src", "main", "resources", "io", "heddle", "std", "models"));

  /** Changes that many plans take; what a plan does not take is no plan to write. */
  private static final List<String> SETTINGS =
      List.of(
          "batch = 24",
          "micro_batch = 2",
          "schedule = gpipe",
          "schedule = zero_bubble(messages = split)",
          "schedule = interleaved, chunks = 2",
          "recompute = attend every 2",
          "recompute = full",
          "optimizer = sgd",
          "optimizer = adam clipped sharded over dp, gradients sharded",
          "optimizer = adam sharded over dp, weights sharded(prefetch = 2)",
          "reduce = in buckets of 250 MB",
          "reduce = per layer blocking",
          "reduce =",
          "dtype = bf16, gradients bf16",
          "dtype = fp8 blockwise, moments bf16",
          "dtype = bf16, products mxfp8, gradients fp32",
          "dtype = bf16, stream fp32, qkv fp8, logits fp32, exchanges fp8 blockwise",
          "overlap = tp chunks 4",
          "overlap.experts = experts",
          "overlap =",
          "unfused = on",
          "forward = on",
          "stages = balanced",
          "layers = 8",
          "hidden = 2 * 4096",
          "seq = 1024",
          "tp = 4, nodes = 4",
          "nodes = 2",
          "dp = 2 * 4",
          "shard.stream.s =",
          "shard.voc = tp padded",
          "shard.voc =",
          "keep = attention.a",
          "context = all_gather",
          "layout = dp > tp > pp",
          "experts = (capacity = 1.25, imbalance = 1.5)",
          "on = dgx_a100(nodes = 8)");

  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  @Provide
  Arbitrary<String> shipped() {
    return Arbitraries.of(
        text(FOLDERS.get(0).resolve("llama3_8b.tfm")),
        text(FOLDERS.get(0).resolve("gpt3_175b.tfm")),
        text(FOLDERS.get(1).resolve("mixtral.tfm")));
  }

  @Provide
  Arbitrary<List<String>> settings() {
    return Arbitraries.of(SETTINGS).list().uniqueElements().ofMinSize(1).ofMaxSize(4);
  }

  @Property(tries = 20)
  void randomPlans(@ForAll("models") String text) {
    checkPlans(text, PlanChanges.NONE);
  }

  @Property(tries = 40)
  void changedPlans(@ForAll("shipped") String text, @ForAll("settings") List<String> settings) {
    TfmCompiler compiler = read(text);
    PlanChanges changes = compiler.changes(settings);
    if (!compiler.hasErrors()) {
      checkPlans(text, changes);
    }
  }

  @Example
  void shippedPlans() {
    for (Path folder : FOLDERS) {
      try (Stream<Path> files = Files.list(folder)) {
        files.sorted().forEach(file -> checkPlans(text(file), PlanChanges.NONE));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void checkPlans(String text, PlanChanges changes) {
    for (String plan : read(text).plans()) {
      TfmCompiler compiler = read(text);
      Optional<Compiled> compiled = compiler.compile(plan, changes);
      if (compiled.isPresent()) {
        String written = compiler.planText(plan, changes).orElseThrow();
        TfmCompiler again = read(written);
        Compiled same =
            again
                .compile(plan)
                .orElseThrow(() -> new AssertionError(written + Rendering.of(again.diagnostics())));
        assertThat(java(same)).as(written).isEqualTo(java(compiled.get()));
        assertThat(explanation(same)).as(written).isEqualTo(explanation(compiled.get()));
        assertThat(again.planText(plan, PlanChanges.NONE)).contains(written);
      }
    }
  }

  private static String explanation(Compiled compiled) {
    return Explanation.of(compiled.program(), compiled.numbers());
  }

  /** Without places, which are those of another text, and without the line breaks they make. */
  private static String java(Compiled compiled) {
    return compiled
        .java("demo")
        .text()
        .replaceAll("[\\w.-]+:\\d+(:\\d+)?|[\\w-]+\\.tfm", "")
        .replaceAll("\\s+", "");
  }

  private static TfmCompiler read(String text) {
    return TfmCompiler.read(new Source("a.tfm", text), Imports.LIBRARY_ONLY);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
