package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Rendering;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is set, there is a plan or something is said. */
final class ChangesProperties {
  private static final List<String> WORDS =
      List.of(
          "=",
          ",",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          ".",
          ">",
          "/",
          ":",
          "*",
          "-",
          "\"",
          "'",
          "$",
          "\\",
          "1",
          "0",
          "4",
          "1.5",
          "99999999999999999999",
          "tp",
          "dp",
          "pp",
          "nodes",
          "batch",
          "layers",
          "s",
          "b",
          "voc",
          "attention",
          "wo",
          "mlp",
          "schedule",
          "gpipe",
          "interleaved",
          "chunks",
          "layout",
          "stages",
          "of",
          "balanced",
          "recompute",
          "attend",
          "full",
          "overlap",
          "experts",
          "shard",
          "stream",
          "over",
          "padded",
          "to",
          "view",
          "where",
          "pin",
          "grad",
          "optimizer",
          "adam",
          "sharded",
          "gradients",
          "weights",
          "reduce",
          "in",
          "buckets",
          "MB",
          "dtype",
          "bf16",
          "on",
          "off",
          "hgx_h100",
          "mesh",
          "context",
          "ring",
          "keep",
          "unfused",
          "forward",
          "every",
          "\n",
          "//",
          "é",
          "\u0000",
          "\uD800");

  @Provide
  Arbitrary<String> soup() {
    return Arbitraries.of(WORDS)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12)
        .map(words -> String.join(" ", words));
  }

  @Provide
  Arbitrary<String> settings() {
    Arbitrary<String> names =
        Arbitraries.of(
            "schedule",
            "layout",
            "stages",
            "recompute",
            "overlap",
            "overlap.tp",
            "shard",
            "shard.voc",
            "shard.stream",
            "shard.stream.s",
            "view.v",
            "pin.attention.wo",
            "optimizer",
            "reduce",
            "dtype",
            "on",
            "mesh",
            "batch",
            "context",
            "experts",
            "keep",
            "unfused",
            "forward",
            "tp",
            "nodes",
            "layers",
            "chunks");
    return Combinators.combine(names, soup()).as((name, value) -> name + " = " + value);
  }

  @Property(tries = 200)
  void anyTextIsAPlanOrAFinding(@ForAll String text) {
    check(text);
  }

  @Property(tries = 200)
  void anyWordsAreAPlanOrAFinding(@ForAll("soup") String text) {
    check(text);
  }

  @Property(tries = 200)
  void anyValueIsAPlanOrAFinding(@ForAll("settings") String text) {
    check(text);
  }

  private static void check(String text) {
    TfmCompiler compiler = TfmCompiler.read(Sources.shipped("llama3_8b.tfm"), Imports.LIBRARY_ONLY);
    PlanChanges changes = compiler.changes(List.of(text));
    Optional<Compiled> compiled = compiler.compile("Pod64", changes);
    assertThat(compiled.isPresent()).isNotEqualTo(compiler.hasErrors());
    assertThat(Rendering.of(compiler.diagnostics())).doesNotContain("\u0000");
    compiled.ifPresent(
        plan -> {
          assertThat(plan.java("demo").text()).doesNotContain("\"'");
          assertThat(compiler.planText("Pod64", changes)).isPresent();
        });
  }
}
