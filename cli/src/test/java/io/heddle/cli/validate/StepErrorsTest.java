package io.heddle.cli.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class StepErrorsTest {
  private static StepPrediction row(
      String family, double measured, double predicted, boolean isScored) {
    return new StepPrediction(
        "r",
        "dense",
        family,
        family,
        OptionalDouble.of(measured),
        predicted > 0 ? OptionalDouble.of(predicted) : OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        "",
        "ok",
        isScored,
        List.of(),
        "");
  }

  @Test
  void familiesWeighAlike() {
    List<StepPrediction> rows = new ArrayList<>();
    rows.add(row("a", 10, 11, true));
    rows.add(row("a", 10, 11, true));
    rows.add(row("a", 10, 11, true));
    rows.add(row("b", 10, 7, true));
    rows.add(row("b", 10, 70, false));
    rows.add(row("b", 10, 0, true));
    StepErrors errors = StepErrors.by(StepPrediction::sizeClass, rows).get(0);
    assertThat(errors.rows()).isEqualTo(5);
    assertThat(errors.errors().orElseThrow().rows()).isEqualTo(4);
    assertThat(errors.errors().orElseThrow().mean()).isCloseTo(0.15, within(1e-9));
    assertThat(errors.familyMean()).isCloseTo(0.2, within(1e-9));
    assertThat(errors.errors().orElseThrow().bias()).isCloseTo(0, within(1e-9));
  }

  @Test
  void layoutsAreRankedWithinAModelAndSize() {
    List<StepPrediction> rows =
        List.of(
            row("a", 1, 5, true), row("a", 2, 4, true), row("a", 3, 8, true), row("a", 4, 9, true));
    StepErrors errors = StepErrors.by(StepPrediction::sizeClass, rows).get(0);
    // One neighbouring pair is exchanged: 1 - 6 · 2 / (4 · 15).
    assertThat(errors.rank().orElseThrow()).isCloseTo(0.8, within(1e-9));
    // The second is taken for the fastest, which is the first.
    assertThat(errors.regret().orElseThrow()).isCloseTo(1, within(1e-9));
  }
}
