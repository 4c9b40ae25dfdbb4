package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Precision;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.Verified;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sizes;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** What formats of activations change in random programs, and what they leave. */
final class ActivationFormatsProperties {
  private static final String DEFAULTS =
      "bf16, products bf16, attention bf16, stream bf16, qkv bf16, logits bf16, exchanges bf16,"
          + " gradients fp32, moments fp32, master fp32";

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs();
  }

  @Provide
  Arbitrary<String> formats() {
    Arbitrary<String> wide = Arbitraries.of("bf16", "fp32");
    Arbitrary<String> qkv = Arbitraries.of("bf16", "fp8", "fp32");
    Arbitrary<String> recipes = Arbitraries.of("bf16", "fp8 blockwise", "mxfp8", "nvfp4");
    return Combinators.combine(wide, qkv, wide, recipes, recipes)
        .as(
            (stream, keys, logits, products, exchanges) ->
                "bf16, products %s, stream %s, qkv %s, logits %s, exchanges %s"
                    .formatted(products, stream, keys, logits, exchanges));
  }

  private static Compiled compiled(long seed, String dtype) {
    // A line in any case: places in the file are the same.
    String line = (dtype.isEmpty() ? "" : "  dtype " + dtype) + "\n";
    String text = RandomModel.text(seed).replace("  on flat(n", line + "  on flat(n");
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<Compiled> compiled = compiler.compile("P");
    Assume.that(compiled.isPresent());
    return compiled.get();
  }

  private static List<LocalNode> nodes(Compiled compiled) {
    List<LocalNode> nodes = new ArrayList<>();
    for (Section section : compiled.program().allBlocks()) {
      section.passes().forEach(pass -> nodes.addAll(pass.nodes()));
    }
    return nodes;
  }

  /** A plan that says what holds anyway is the plan that says nothing. */
  @Property(tries = 60)
  void defaultsMayBeSaid(@ForAll("seeds") long seed) {
    Compiled said = compiled(seed, DEFAULTS);
    Compiled silent = compiled(seed, "");
    assertThat(Explanation.of(said.program(), said.numbers()))
        .isEqualTo(Explanation.of(silent.program(), silent.numbers()));
    assertThat(said.numbers().values().precision())
        .isEqualTo(silent.numbers().values().precision());
    assertThat(nodes(said).toString().equals(nodes(silent).toString())).isTrue();
  }

  /**
   * Formats change bytes and the kernels that go from one to another; all other kernels compute
   * what they did, and the same collectives come in the same order. Only a gradient that was one
   * tensor and is two, of two formats, may be brought to its readers twice.
   */
  @Property(tries = 80)
  void workStaysWhatItIs(@ForAll("seeds") long seed, @ForAll("formats") String formats) {
    Compiled plain = compiled(seed, "");
    Compiled changed = compiled(seed, formats);
    assertThat(computed(changed)).isEqualTo(computed(plain));
    boolean casts = nodes(changed).stream().anyMatch(node -> node.operation().startsWith("cast."));
    if (casts) {
      assertThat(communicated(changed)).containsAll(communicated(plain));
    } else {
      assertThat(communicated(changed)).isEqualTo(communicated(plain));
    }
  }

  private static List<String> computed(Compiled compiled) {
    Sizes sizes = new Sizes(compiled.numbers());
    List<String> computed = new ArrayList<>();
    for (LocalNode node : nodes(compiled)) {
      if (node instanceof Compute kernel && !kernel.operation().matches("(cast|widen)[.].*")) {
        computed.add(
            "%s %d %d"
                .formatted(
                    kernel.operation(),
                    sizes.of(kernel.operations()),
                    sizes.of(kernel.matmulOperations())));
      }
    }
    return computed;
  }

  /** The sorts of collectives; names of gradients follow from what casts them. */
  private static List<String> communicated(Compiled compiled) {
    List<String> communicated = new ArrayList<>();
    for (LocalNode node : nodes(compiled)) {
      if (node instanceof Communicate collective) {
        communicated.add(collective.kind() + " " + collective.axes());
      }
    }
    return communicated;
  }

  /** Each kernel reads and writes what its operation says, each element as it is stored. */
  @Property(tries = 40)
  void bytesFollowFromWhatIsTouched(@ForAll("seeds") long seed, @ForAll("plainProducts") String f) {
    Compiled plain = compiled(seed, "");
    Compiled changed = compiled(seed, f);
    Sizes sizes = new Sizes(changed.numbers());
    Precision precision = changed.numbers().values().precision();
    int told = 0;
    for (int i = 0; i < changed.program().allBlocks().size(); i++) {
      Section section = changed.program().allBlocks().get(i);
      Map<String, Long> before = new HashMap<>();
      kernels(plain.program().allBlocks().get(i))
          .forEach((pass, kernel) -> before.put(pass, bytes(plain, kernel)));
      StoredAs formats = new StoredAs(section.block(), precision);
      TouchedBytes touched =
          new TouchedBytes(section.block(), formats, sizes, precision.tensors().bytes());
      for (Map.Entry<String, Compute> each : kernels(section).entrySet()) {
        OptionalLong longer = touched.longer(each.getValue());
        if (longer.isPresent() && before.containsKey(each.getKey())) {
          assertThat(bytes(changed, each.getValue()) - before.get(each.getKey()))
              .as("%s of %s", each.getKey(), section.block().name())
              .isEqualTo(longer.getAsLong());
          told += longer.getAsLong() == 0 ? 0 : 1;
        }
      }
    }
    Statistics.collect(told > 0);
  }

  @Provide
  Arbitrary<String> plainProducts() {
    Arbitrary<String> wide = Arbitraries.of("bf16", "fp32");
    return Combinators.combine(wide, Arbitraries.of("bf16", "fp8", "fp32"), wide)
        .as("bf16, stream %s, qkv %s, logits %s"::formatted);
  }

  private static Map<String, Compute> kernels(Section section) {
    Map<String, Compute> kernels = new LinkedHashMap<>();
    for (Pass pass : section.passes()) {
      for (LocalNode node : pass.nodes()) {
        if (node instanceof Compute kernel) {
          kernels.put(
              pass.kind() + " " + pass.recomputes() + " " + node.operation() + node.output(),
              kernel);
        }
      }
    }
    return kernels;
  }

  private static long bytes(Compiled compiled, Compute kernel) {
    return new Sizes(compiled.numbers()).of(kernel.bytes());
  }

  /** Wider formats never keep or move fewer bytes. */
  @Property(tries = 60)
  void widerIsMore(@ForAll("seeds") long seed) {
    Compiled plain = compiled(seed, "");
    Compiled wide = compiled(seed, "bf16, stream fp32, qkv fp32, logits fp32");
    List<Section> sections = plain.program().allBlocks();
    for (int i = 0; i < sections.size(); i++) {
      Section section = sections.get(i);
      Section other = wide.program().allBlocks().get(i);
      for (boolean recomputing : new boolean[] {false, true}) {
        assertThat(bytes(wide, other.kept(recomputing)))
            .isGreaterThanOrEqualTo(bytes(plain, section.kept(recomputing)));
        assertThat(bytes(wide, other.held(recomputing)))
            .isGreaterThanOrEqualTo(bytes(plain, section.held(recomputing)));
      }
    }
    assertThat(bytes(wide)).isGreaterThanOrEqualTo(bytes(plain));
  }

  private static long bytes(Compiled compiled, List<Saved> saved) {
    Sizes sizes = new Sizes(compiled.numbers());
    return saved.stream().mapToLong(each -> sizes.of(each.bytes())).sum();
  }

  private static long bytes(Compiled compiled) {
    Sizes sizes = new Sizes(compiled.numbers());
    long bytes = 0;
    for (LocalNode node : nodes(compiled)) {
      if (node instanceof Communicate collective) {
        bytes += sizes.of(collective.bytes());
      } else if (node instanceof Compute kernel) {
        bytes += sizes.of(kernel.bytes());
      }
    }
    return bytes;
  }

  /** Generated classes emit what an interpreter of the program does, and all ranks end. */
  @Property(tries = 20)
  void generatedAsInterpreted(@ForAll("seeds") long seed, @ForAll("formats") String formats) {
    Compiled compiled = compiled(seed, formats);
    Flattener generated = GeneratedClass.flattener(compiled);
    Flattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < generated.mesh().ranks(); rank++) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
    Verified.assertEnds(generated);
  }
}
