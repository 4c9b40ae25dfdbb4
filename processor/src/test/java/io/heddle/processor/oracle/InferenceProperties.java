package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.Verified;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.Explanation;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** Random models in random steps of inference: ranks compute what the step is, and all end. */
final class InferenceProperties {
  private static final Pattern OF_TRAINING =
      Pattern.compile(
          "(?m)^  (batch|schedule|forward|freeze|keep|recompute|optimizer|reduce|unfused|context"
              + "|pin grad)\\b.*\\n");

  @Provide
  Arbitrary<String> steps() {
    return Arbitraries.longs()
        .map(InferenceProperties::text)
        .filter(text -> text.contains("attend("));
  }

  /** A random model with a random step of inference. */
  static String text(long seed) {
    Random random = new Random(seed);
    String step = step(random, 1 + random.nextInt(3), 1 + random.nextInt(5));
    String text = OF_TRAINING.matcher(RandomModel.text(seed)).replaceAll("");
    return text.replace("  on flat(", "  " + step + "\n  on flat(");
  }

  /**
   * A decode, a prefill, or both.
   *
   * @param tokens new ones of each prompt
   */
  private static String step(Random random, int sequences, int tokens) {
    String guesses =
        random.nextBoolean()
            ? ", speculate = %d, accept = %d %%".formatted(random.nextInt(4), random.nextInt(101))
            : "";
    String decode = "decode %d (context = %d%s)".formatted(sequences, random.nextInt(6), guesses);
    int prompts = random.nextBoolean() ? sequences : 1 + random.nextInt(2);
    String prefill =
        "prefill %d (context = %d, sequences = %d)"
            .formatted(prompts * tokens, random.nextInt(6), prompts);
    return List.of(decode, prefill, decode + "\n  " + prefill).get(random.nextInt(3));
  }

  /**
   * Latent attention and experts, of random sizes, on meshes of which views regroup the experts.
   */
  private static String latent(Random random) {
    int sequences = 4 * (1 + random.nextInt(2));
    int nope = 1 + random.nextInt(3);
    String step = step(random, sequences, 2 * (1 + random.nextInt(2)));
    String mesh =
        List.of(
                "mesh dp = 2  shard { b over dp  e over dp }",
                "mesh tp = 2  shard { n f fs voc over tp }",
                "mesh tp = 2  shard { n f fs fe voc over tp }",
                "mesh dp = 2, tp = 2  shard { b over dp  n f fs fe voc over tp }",
                "mesh tp = 2  shard { n f fe voc over tp }",
                "mesh tp = 2  shard { n f fs voc e over tp }",
                "mesh tp = 2  shard { n f voc e over tp }",
                "mesh dp = 2, tp = 2  shard { b over dp  n f fs voc over tp  e over dp, tp }",
                "mesh tp = 2, tq = 2  shard { n f fs voc over tp, tq  e over tp  fe over tq }",
                "mesh dp = 2, tp = 2  view moe: (dp tp) = (ep)"
                    + "  shard { b over dp  n f fs voc over tp  e over ep }",
                "mesh pp = 3, tp = 2  view moe: (tp) = (ep)"
                    + "  shard { n f fs voc over tp  e over ep  layers over pp }")
            .get(random.nextInt(11));
    String cache = random.nextBoolean() ? "mla.nc, mla.rope.kp" : "mla.rope.kp, mla.nc";
    return """
        tfm 1
        import "std/clusters.tfm"
        %splan P of Small(nope = %d, rotary = %d) {
          %s
          %s
          cache %s (page = %d) absorbed
          on hgx_h100
        }
        """
        .formatted(
            ExpertModels.LATENT,
            nope,
            1 + random.nextInt(3),
            mesh,
            step,
            cache,
            1 + random.nextInt(3));
  }

  @Property(tries = 60)
  void ranksComputeWhatAbsorbs(@ForAll Random random) {
    String text = latent(random);
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    assertThat(compiled).as("%s%s", text, Rendering.of(compiler.diagnostics())).isPresent();
    Verified.assertEnds(new InterpretedFlattener(compiled.get(), BoundPlan.of(compiled.get())));
    RankRun.check(new Problem(compiled.get(), text.hashCode()));
  }

  @Property(tries = 400, maxDiscardRatio = 10)
  void ranksComputeTheStep(@ForAll("steps") String text) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    Optional<TfmCompiler.Compiled> compiled = compiler.compile("P");
    Statistics.collect(compiled.isPresent());
    assertThat(compiled.isPresent()).isNotEqualTo(compiler.hasErrors());
    Assume.that(compiled.isPresent());
    Verified.assertEnds(new InterpretedFlattener(compiled.get(), BoundPlan.of(compiled.get())));
    Problem problem = new Problem(compiled.get(), text.hashCode());
    Assume.that(new WholeRun(problem).magnitude() < 100);
    try {
      RankRun.check(problem);
    } catch (AssertionError e) {
      String explanation = Explanation.of(compiled.get().program(), compiled.get().numbers());
      throw new AssertionError(e.getMessage() + "\n" + explanation + text, e);
    }
  }
}
