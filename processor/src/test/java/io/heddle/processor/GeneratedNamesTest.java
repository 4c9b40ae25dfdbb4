package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.emit.ClassNames;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Names of a model are words of another language than Java: whatever blocks, dimensions, axes,
 * parameters and tensors are called, the generated class compiles without a warning and emits what
 * it would emit under other names.
 */
final class GeneratedNamesTest {
  private static final Path FILES =
      Path.of("src", "test", "resources", "io", "heddle", "processor", "names");

  /** Java's words, what generated code calls things, and names that are almost the same. */
  private static final List<String> HOSTILE =
      List.of(
          "_",
          "__",
          "_x",
          "x",
          "x_",
          "x2",
          "dx",
          "dout",
          "out",
          "out_",
          "rank",
          "layer",
          "stage",
          "plan",
          "checks",
          "received",
          "groups",
          "mesh",
          "stages",
          "open",
          "emit",
          "needs",
          "sum",
          "product",
          "divide",
          "gcd",
          "forward",
          "backward",
          "elements",
          "attention",
          "gemm",
          "schedule",
          "share",
          "first",
          "last",
          "tensorBytes",
          "gradientBytes",
          "layerKinds",
          "layersOfKind0",
          "optimizerOps",
          "overlapChunks",
          "operationsOfMicroBatch",
          "pieces",
          "pieces2",
          "aOps",
          "aBytes",
          "aKernel",
          "a",
          "A",
          "a_",
          "a_b",
          "aB",
          "AB",
          "ab",
          "aBlock",
          "ABlock",
          "Block",
          "Kernel",
          "KernelKind",
          "RankEmitter",
          "PlanValues",
          "Pieces",
          "Math",
          "List",
          "Optional",
          "String",
          "Long",
          "java",
          "io",
          "class",
          "int",
          "new",
          "this",
          "super",
          "void",
          "null",
          "true",
          "enum",
          "assert",
          "record",
          "var",
          "yield",
          "sealed",
          "goto",
          "strictfp",
          "optimizer",
          "updated",
          "norm",
          "stackLayers0",
          "overDpElements",
          "overDpReduced",
          "reducedBefore",
          "tied",
          "wholeElements",
          "DP",
          "TP",
          "PP",
          "dp",
          "tp",
          "DP_ENDS",
          "parameters",
          "tokens",
          "step",
          "defaults",
          "hashCode",
          "getClass",
          "toString",
          "kernel");

  @ParameterizedTest
  @CsvSource({
    "block_layer, P",
    "block_out, P",
    "block_dx, P",
    "block_case, P",
    "block_underscore, P",
    "block_only_underscore, plan0",
    "result_underscore, P",
    "neox_20b, P64"
  })
  void filesThatOnceDidNotCompileDo(String file, String plan) throws IOException {
    String text = Files.readString(FILES.resolve(file + ".tfm"));
    assertThat(work(new Source(file + ".tfm", text), plan).nodes()).isPositive();
  }

  @Property(tries = 40)
  void namesChangeNothing(@ForAll long seed) {
    Source source = new Source("names.tfm", text(new Random(seed)));
    TfmCompiler compiler = TfmCompiler.read(source, Imports.LIBRARY_ONLY);
    compiler.checkAll();
    // Some words may not name everything.
    Assume.that(!compiler.hasErrors());
    CountingSink counts = work(source, compiler.plans().get(0));
    assertThat(counts.nodes()).as(source.text()).isEqualTo(PLAIN.nodes());
    assertThat(counts.operations()).as(source.text()).isEqualTo(PLAIN.operations());
    assertThat(counts.memoryBytes()).as(source.text()).isEqualTo(PLAIN.memoryBytes());
    assertThat(counts.sentBytes()).as(source.text()).isEqualTo(PLAIN.sentBytes());
  }

  /** A plan that is called after its model names its class alone; no two classes have one name. */
  @Test
  void plansOfOnePackageHaveClassesOfTheirOwn() {
    ClassNames names = new ClassNames();
    List<String> classes =
        Stream.of("P", "MP", "Mp", "M_H100", "P2")
            .map(
                plan ->
                    new Source(
                        plan + ".tfm", text(null).replace("plan P of", "plan " + plan + " of")))
            .map(source -> Sources.compile(source, source.path().replace(".tfm", "")))
            .map(compiled -> compiled.java("demo", names).qualifiedName())
            .toList();
    assertThat(classes)
        .containsExactly(
            "demo.MPFlattener",
            "demo.MPFlattener2",
            "demo.MpFlattener3",
            "demo.M_H100Flattener",
            "demo.MP2Flattener");
  }

  /** A file whose names are drawn, or plain where there is nothing to draw from. */
  private static String text(@Nullable Random random) {
    Names parameters = new Names(random, "layers", "hidden", "vocab", "seq");
    Names dims = new Names(random, "b", "s", "h", "voc", "f", "g", "d");
    Names axes = new Names(random, "pp", "dp", "tp");
    Names blocks = new Names(random, "mixer", "mlp");
    Names top = new Names(random, "M", "P", "tokens", "logits");
    String text =
        """
        tfm 1
        import "std/clusters.tfm"
        model %M% {
          param %layers% = 4, %hidden% = 256, %vocab% = 1024, %seq% = 128
          dim %b%
          dim %s% = %seq%, %h% = %hidden%, %voc% = %vocab%, %f% = 4 * %hidden%
          dim %g% = 8, %d% = 32
        """
            + block(blocks.get("mixer"), random, true)
            + block(blocks.get("mlp"), random, false)
            + """
              embed %tokens%[%voc% %h%]
              stack %layers% of %mixer%, %mlp%
              head %logits%[%h% %voc%]
            }
            plan %P% of %M% {
              mesh %pp% = 2, %dp% = 2, %tp% = 2
              layout %pp% > %dp% > %tp%
              shard { %b% over %dp%  %f% %g% %voc% over %tp%  layers over %pp%  stream: %s% over %tp% }
              batch 8 micro_batch 1
              schedule zero_bubble
              optimizer adam sharded over %dp%
              on hgx_h100(nodes = 1)
            }
            """;
    for (Names names : List.of(parameters, dims, axes, blocks, top)) {
      text = names.in(text);
    }
    return text;
  }

  private static String block(String name, @Nullable Random random, boolean mixes) {
    String body =
        mixes
            ? """
                weight %wq%[%h% %g% %d%], %wk%[%h% %g% %d%], %wv%[%h% %g% %d%], %wo%[%g% %d% %h%]
                %a% = rmsnorm(%x%)
                fused %qkv% {
                  %q%[%b% %s% %g% %d%] = %a% * %wq%
                  %k%[%b% %s% %g% %d%] = %a% * %wk%
                  %v%[%b% %s% %g% %d%] = %a% * %wv%
                }
                %o%[%b% %s% %g% %d%] = attend(rope(%q%), rope(%k%), %v%, over = %s%, causal)
                return %x% + %o% * %wo%
              }
            """
            : """
                weight %wq%[%h% %f%], %wk%[%h% %f%], %wo%[%f% %h%]
                %a% = rmsnorm(%x%)
                fused %qkv% { %q%[%b% %s% %f%] = %a% * %wq%  %k%[%b% %s% %f%] = %a% * %wk% }
                %o%[%b% %s% %h%] = (silu(%q%) * %k%) * %wo%
                return %x% + %o%
              }
            """;
    String text = "  block " + name + "(%x%[%b% %s% %h%]) {\n" + body;
    return new Names(random, "x", "a", "q", "k", "v", "o", "qkv", "wq", "wk", "wv", "wo").in(text);
  }

  /** Names of one kind, each drawn once. */
  private static final class Names {
    private final Map<String, String> drawn = new LinkedHashMap<>();

    Names(@Nullable Random random, String... plain) {
      List<String> pool = new ArrayList<>(random == null ? List.of(plain) : HOSTILE);
      if (random != null) {
        Collections.shuffle(pool, random);
      }
      for (int i = 0; i < plain.length; i++) {
        drawn.put(plain[i], pool.get(i));
      }
    }

    String get(String plain) {
      return drawn.getOrDefault(plain, plain);
    }

    String in(String text) {
      String named = text;
      for (Map.Entry<String, String> each : drawn.entrySet()) {
        named = named.replace("%" + each.getKey() + "%", each.getValue());
      }
      return named;
    }
  }

  private static final CountingSink PLAIN = work(new Source("plain.tfm", text(null)), "P");

  private static CountingSink work(Source source, String plan) {
    Flattener flattener = GeneratedClass.flattener(Sources.compile(source, plan));
    CountingSink counts = new CountingSink();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank += 3) {
      flattener.emit(rank, counts);
    }
    return counts;
  }
}
