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
  private static final String GUESSES = "(context = 7, speculate = 2, accept = 0.5)";

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
      check(kind, mesh, "decode 2 " + GUESSES);
      check(kind, mesh, "decode 2 " + GUESSES + "\n prefill 6 (context = 5, sequences = 2)");
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
    assertSteps(kind, steps.stream().map(Step::of).toList());
  }

  /**
   * A step.
   *
   * @param tokens that it takes in
   * @param kept how many of them stay; the others were guessed wrong
   * @param line of the plan
   */
  private record Step(int tokens, int kept, String line) {
    /** A prefill, or a decode of one token. */
    static Step of(int tokens) {
      String line =
          tokens == 1
              ? "decode %d (context = %%d)".formatted(SEQUENCES)
              : "prefill %d (context = %%d, sequences = %d)"
                  .formatted(tokens * SEQUENCES, SEQUENCES);
      return new Step(tokens, tokens, line);
    }

    /** A decode that verifies three guesses. */
    static Step accepting(int accepted) {
      String line = "decode %d (context = %%d, speculate = 3, accept = 0.5)".formatted(SEQUENCES);
      return new Step(4, 1 + accepted, line);
    }
  }

  /** The cache has nothing of guesses that were refused, and they change nothing. */
  @ParameterizedTest
  @MethodSource("kinds")
  void verifiedGuessesAreTheForwardPass(String kind) {
    Step prompt = Step.of(5);
    assertSteps(kind, List.of(prompt, Step.accepting(3), Step.accepting(2)));
    assertSteps(kind, List.of(prompt, Step.accepting(0), Step.accepting(1), Step.accepting(3)));
    assertSteps(kind, List.of(prompt, Step.accepting(2), Step.of(1), Step.accepting(2)));
  }

  private static void assertSteps(String kind, List<Step> steps) {
    Kind model = InferenceModels.KINDS.get(kind);
    Problem all = new Problem(InferenceModels.forward(model, SEQUENCES), 5);
    WholeRun whole = new WholeRun(all);
    Problem before = null;
    WholeRun ran = null;
    int begin = 0;
    int refused = 0;
    for (Step taken : steps) {
      TfmCompiler.Compiled compiled =
          InferenceModels.compile(
              model, InferenceModels.MESHES.get("one rank"), taken.line().formatted(begin));
      Problem step = Problem.guessing(compiled, all, begin, taken.kept());
      if (before != null) {
        handOn(before, ran, step, refused);
      }
      refused = taken.tokens() - taken.kept();
      int tokens = taken.kept();
      ran = new WholeRun(step);
      before = step;
      for (int i = 0; i < all.layers().size(); i++) {
        Place there = all.layers().get(i);
        Place here = step.layers().get(i);
        Tensor result = there.block().result();
        Array expected = whole.tensor(there, result).slice(result.dims().get(1), begin, tokens);
        Tensor own = here.block().result();
        Array made = ran.tensor(here, own).slice(own.dims().get(1), 0, tokens);
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

  /** The same where the decode verifies guesses. */
  @ParameterizedTest
  @MethodSource("kinds")
  void aMixedStepThatGuessesIsItsParts(String kind) {
    String prefill = "prefill 6 (context = 4, sequences = 2)";
    String decode = "decode 3 " + GUESSES;
    Problem mixed = new Problem(onOneRank(kind, decode + "\n " + prefill), 13);
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

  /** Leaves a step what the one before put into the cache, but for what was refused. */
  private static void handOn(Problem from, WholeRun ran, Problem to, int refused) {
    for (int i = 0; i < from.layers().size(); i++) {
      Block block = from.layers().get(i).block();
      for (Operation operation : block.operations()) {
        if (operation instanceof Append append) {
          for (Tensor cache : append.caches()) {
            Array all = ran.tensor(from.layers().get(i), cache);
            Array kept = all.slice(append.keys(), 0, all.size(append.keys()) - refused);
            to.remember(to.layers().get(i), cache, kept);
            assertThat(kept.dims().stream().map(Dim::name)).contains(append.keys().name());
          }
        }
      }
    }
  }
}
