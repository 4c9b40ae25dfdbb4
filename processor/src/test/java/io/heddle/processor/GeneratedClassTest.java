package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.runtime.plan.InvalidPlanException;
import io.heddle.runtime.trace.Flattener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generated flatteners as classes. */
final class GeneratedClassTest {
  @ParameterizedTest
  @CsvSource({
    "llama3_8b.tfm, Node8, 8, 1, 8",
    "llama3_8b.tfm, Pod64, 64, 4, 64",
    "gpt3_175b.tfm, Pod64, 64, 8, 64",
    "gpt3_175b.tfm, Pod512, 512, 8, 64",
    "gpt3_kp.tfm, Kp2x4, 256, 16, 32",
    "gpt3_kp.tfm, Kp2x4Rc, 256, 16, 64"
  })
  void compilesWithoutWarningsAndServesItsPlan(
      String file, String plan, int ranks, int stages, int microBatches) {
    Flattener flattener = GeneratedClass.flattener(Sources.shipped(file, plan));
    assertThat(flattener.mesh().ranks()).isEqualTo(ranks);
    assertThat(flattener.stages()).isEqualTo(stages);
    assertThat(flattener.microBatches()).isEqualTo(microBatches);
  }

  @Test
  void valuesThatDoNotFitAreRejectedInTheWordsOfTheCompiler() {
    GeneratedClass generated =
        GeneratedClass.of(Sources.shipped("llama3_8b.tfm", "Node8").java("demo"));
    assertThatThrownBy(() -> generated.flattener(generated.defaults().withAxis("tp", 16)))
        .isInstanceOf(InvalidPlanException.class)
        .hasMessageContaining(
            "llama3_8b.tfm:46:24: error[TFM3002]: dimension `g` = 8 does not split over `tp` = 16")
        .hasMessageContaining(
            "error[TFM3020]: the mesh has 16 ranks, but cluster `hgx_h100` has 8");
  }
}
