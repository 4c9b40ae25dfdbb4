package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.Extents;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.RecentFacts;
import io.heddle.processor.program.Step;
import io.heddle.runtime.trace.CountingSink;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** A program that trains nothing is one with fewer passes. */
class ForwardOnlyTest {
  private static TfmCompiler.Compiled forwardOnly(TfmCompiler.Compiled trained) {
    RankProgram program =
        trained
            .program()
            .mapBlocks(
                section ->
                    section.with(
                        section.passes().stream()
                            .filter(pass -> pass.kind() == Pass.Kind.FORWARD)
                            .toList()))
            .with(Step.NONE);
    return TfmCompiler.Compiled.of(
            program, Extents.of(program), PlanChanges.NONE, new RecentFacts(), new Diagnostics())
        .orElseThrow();
  }

  @Test
  void everyReaderOfAProgramTakesIt() {
    TfmCompiler.Compiled trained = Sources.shipped("llama3_8b.tfm", "Node8");
    TfmCompiler.Compiled compiled = forwardOnly(trained);
    assertThat(compiled.checkPlacement()).isTrue();
    assertThat(Explanation.of(compiled.program(), compiled.numbers()))
        .contains("swiglu, forward", "head, forward")
        .doesNotContain("backward", "step, stage", "gradients summed");
    MemoryEstimate memory = new MemoryEstimate(compiled.program(), compiled.numbers());
    assertThat(memory.weights(0)).isPositive();
    assertThat(memory.chunk(0, 0)).isZero();
    CountingSink whole = Counts.of(GeneratedClass.flattener(trained));
    CountingSink forward = Counts.of(GeneratedClass.flattener(compiled));
    assertThat(forward.modelMatmulOperations().multiply(BigInteger.valueOf(3)))
        .isEqualTo(whole.modelMatmulOperations());
  }
}
