package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.TfmCompiler;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.oracle.InferenceModels.Kind;
import io.heddle.processor.oracle.Problem.Place;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Steps of inference on arrays: what the ranks compute is what the step is, and steps one behind
 * the other, each with the cache that the ones before left, are the model on whole sequences.
 */
final class InferenceOracleTest {
  private static final int SEQUENCES = 2;
  private static final int LENGTH = 12;

  static Set<String> kinds() {
    return InferenceModels.KINDS.keySet();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void ranksComputeTheStep(String kind) {
    for (String mesh : InferenceModels.MESHES.values()) {
      check(kind, mesh, "decode 2 (context = 7)");
      check(kind, mesh, "prefill 6 (context = 0, sequences = 2)");
      check(kind, mesh, "prefill 6 (context = 5, sequences = 2)");
      check(kind, mesh, "decode 4 (context = 7)\n prefill 6 (context = 5, sequences = 2)");
    }
  }

  /** New tokens that ranks have parts of are whole where they are appended. */
  @Test
  void sequenceParallelPrefill() {
    String mesh = "mesh tp = 2\n shard { g f voc over tp  stream: s over tp }";
    check("grouped", mesh, "prefill 8 (context = 3, sequences = 2)");
    String context = "mesh cp = 2, tp = 2\n shard { s over cp  g f voc over tp }";
    check("grouped", context, "prefill 8 (context = 3, sequences = 2)");
    check("window", context, "prefill 8 (context = 3, sequences = 2)");
  }

  private static void check(String kind, String mesh, String step) {
    Kind model = InferenceModels.KINDS.get(kind);
    RankRun.check(new Problem(InferenceModels.compile(model, mesh, step), 3));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void prefillAndDecodesAreTheForwardPass(String kind) {
    assertSame(kind, List.of(8, 1, 1, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void oneOrSeveralPrefillsAreTheForwardPass(String kind) {
    assertSame(kind, List.of(12));
    assertSame(kind, List.of(5, 4, 3));
    assertSame(kind, List.of(3, 1, 6, 1, 1));
  }

  /**
   * Runs steps that take in so many tokens each, and compares what each layer makes of them with
   * what it makes in a pass over all.
   */
  private static void assertSame(String kind, List<Integer> steps) {
    Kind model = InferenceModels.KINDS.get(kind);
    Problem all = new Problem(InferenceModels.forward(model, SEQUENCES), 5);
    WholeRun whole = new WholeRun(all);
    Problem before = null;
    WholeRun ran = null;
    int begin = 0;
    for (int tokens : steps) {
      Problem step = Problem.continuing(step(model, tokens, begin), all, begin);
      if (before != null) {
        handOn(before, ran, step);
      }
      ran = new WholeRun(step);
      before = step;
      for (int i = 0; i < all.layers().size(); i++) {
        Place there = all.layers().get(i);
        Place here = step.layers().get(i);
        Tensor result = there.block().result();
        Array expected = whole.tensor(there, result).slice(result.dims().get(1), begin, tokens);
        Array made = ran.tensor(here, here.block().result());
        assertThat(made.distance(expected.as(made.dims())))
            .as("%s %s from %d, %s", kind, steps, begin, here)
            .isLessThan(1e-9);
      }
      begin += tokens;
    }
    assertThat(begin).isEqualTo(LENGTH);
  }

  /** A mixed step computes what a prefill and a decode of its sequences do. */
  @ParameterizedTest
  @MethodSource("kinds")
  void aMixedStepIsItsParts(String kind) {
    String prefill = "prefill 6 (context = 4, sequences = 2)";
    String decode = "decode 3 (context = 5)";
    Problem mixed = new Problem(onOneRank(kind, decode + "\n " + prefill), 11);
    WholeRun ran = new WholeRun(mixed);
    assertPart(mixed, ran, onOneRank(kind, prefill), 0);
    assertPart(mixed, ran, onOneRank(kind, decode), 2);
  }

  private static TfmCompiler.Compiled onOneRank(String kind, String step) {
    return InferenceModels.compile(
        InferenceModels.KINDS.get(kind), InferenceModels.MESHES.get("one rank"), step);
  }

  private static void assertPart(
      Problem mixed, WholeRun ran, TfmCompiler.Compiled compiled, int first) {
    Problem step = Problem.partOf(compiled, mixed, first);
    WholeRun alone = new WholeRun(step);
    RaggedRow row = mixed.row();
    for (int i = 0; i < step.layers().size(); i++) {
      Place here = step.layers().get(i);
      Place there = mixed.layers().get(i);
      Array made = alone.tensor(here, here.block().result());
      Array all = ran.tensor(there, there.block().result());
      int[] sizes = made.dims().stream().mapToInt(made::size).toArray();
      Array expected =
          Array.of(
              made.dims(),
              sizes,
              index -> all.at(0, row.index(first + index[0], index[1]), index[2]));
      assertThat(made.distance(expected)).as("%s of %s", here, step.plan().name()).isLessThan(1e-9);
    }
  }

  private static TfmCompiler.Compiled step(Kind model, int tokens, int context) {
    String step =
        tokens == 1
            ? "decode %d (context = %d)".formatted(SEQUENCES, context)
            : "prefill %d (context = %d, sequences = %d)"
                .formatted(tokens * SEQUENCES, context, SEQUENCES);
    return InferenceModels.compile(model, InferenceModels.MESHES.get("one rank"), step);
  }

  /** Leaves a step what the one before put into the cache. */
  private static void handOn(Problem from, WholeRun ran, Problem to) {
    for (int i = 0; i < from.layers().size(); i++) {
      Block block = from.layers().get(i).block();
      for (Operation operation : block.operations()) {
        if (operation instanceof Append append) {
          for (Tensor cache : append.caches()) {
            Array kept = ran.tensor(from.layers().get(i), cache);
            to.remember(to.layers().get(i), cache, kept);
            assertThat(kept.dims().stream().map(Dim::name)).contains(append.keys().name());
          }
        }
      }
    }
  }
}
