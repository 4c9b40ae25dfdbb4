package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  @TempDir private Path folder;

  @Test
  void printsTheProgramOfARank() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--plan", "Desk8");
    assertThat(explain.exit()).isZero();
    assertThat(explain.err()).isEmpty();
    assertThat(explain.out())
        .contains("plan Desk8 of Tiny", "attention, forward", "attention, backward")
        .contains("all-gather", "reduce-scatter", "over tp (2)");
  }

  @Test
  void thePlanNeedNotFitItsCluster() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--set", "tp=4");
    assertThat(explain.exit()).isZero();
    assertThat(explain.err()).contains("warning[TFM3020]").doesNotContain("error");
    assertThat(explain.out()).contains("over tp (4)");
  }

  @Test
  void whatMakesNoSenseAnywhereStaysAnError() {
    Execution explain = Execution.of("explain", Execution.tiny(folder), "--set", "tp=16");
    assertThat(explain.exit()).isEqualTo(1);
    assertThat(explain.err()).contains("error[TFM3002]");
    assertThat(explain.out()).isEmpty();
  }
}
