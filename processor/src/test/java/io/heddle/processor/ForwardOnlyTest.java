package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.diagnose.Source;
import io.heddle.processor.program.Explanation;
import io.heddle.processor.program.MemoryEstimate;
import io.heddle.runtime.trace.CountingSink;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** A program that trains nothing is one with fewer passes. */
class ForwardOnlyTest {
  private static TfmCompiler.Compiled forwardOnly() {
    String plan =
        """

        plan Evaluation of Llama3_8B {
          mesh tp = 8
          shard { g f voc over tp }
          batch 8  micro_batch 1
          forward
          on hgx_h100(nodes = 1)
        }
        """;
    Source shipped = Sources.shipped("llama3_8b.tfm");
    return Sources.compile(new Source("evaluation.tfm", shipped.text() + plan), "Evaluation");
  }

  @Test
  void everyReaderOfAProgramTakesIt() {
    TfmCompiler.Compiled trained = Sources.shipped("llama3_8b.tfm", "Node8");
    TfmCompiler.Compiled compiled = forwardOnly();
    assertThat(compiled.checkPlacement()).isTrue();
    assertThat(Explanation.of(compiled.program(), compiled.numbers()))
        .contains("swiglu, forward", "head, forward")
        .doesNotContain("backward", "step, stage", "gradients summed");
    MemoryEstimate memory = new MemoryEstimate(compiled.program(), compiled.numbers());
    assertThat(memory.weights(0)).isPositive();
    assertThat(memory.of(0).gradients()).isZero();
    assertThat(memory.of(0).optimizer()).isZero();
    assertThat(memory.of(0).activations()).isZero();
    assertThat(memory.chunk(0, 0)).isZero();
    CountingSink whole = Counts.of(GeneratedClass.flattener(trained));
    CountingSink forward = Counts.of(GeneratedClass.flattener(compiled));
    assertThat(forward.modelMatmulOperations().multiply(BigInteger.valueOf(3)))
        .isEqualTo(whole.modelMatmulOperations());
  }
}
