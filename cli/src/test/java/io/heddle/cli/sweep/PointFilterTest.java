package io.heddle.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.sweep.PointResult.Figures;
import io.heddle.cli.sweep.PointResult.Memory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointFilterTest {
  /** One that fits, one that does not, and one that was dropped. */
  private static final List<PointResult> POINTS =
      List.of(
          point(0, OptionalLong.of(10), Map.of("tp", "4", "schedule", "gpipe", "overlap", "")),
          point(1, OptionalLong.of(99), Map.of("tp", "8", "schedule", "zero_bubble")),
          point(2, OptionalLong.empty(), Map.of("tp", "2", "schedule", "gpipe")));

  private static PointResult point(int number, OptionalLong peak, Map<String, String> values) {
    Memory memory = new Memory(peak, 50);
    Figures figures = new Figures(8, 1000, 1, 1, 1, 0.5, 0.5, 0, 1, 1, Map.of(), memory, "");
    return new PointResult(
        number,
        new PointKey(1, number),
        values,
        peak.isPresent() ? Optional.of(figures) : Optional.empty(),
        "");
  }

  private static PointFilter filter(String condition) {
    return PointFilter.read(condition);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "fits = false                          | 1",
        "fits != true                          | 1",
        "fits = true                           | 0",
        "fits != 'false' and fits              | 0",
        "(fits = false) = (tp = 8)             | 01",
        "ranks = 8                             | 01",
        "'gpipe' = schedule                    | 02",
        "'zero_bubble' != schedule             | 02",
        "schedule = 'text_in_quotes_7'         | ``",
        "overlap = ''                          | 0",
        "overlap != 'tp chunks 2'              | 0",
        "tp != 'four'                          | 012",
        "max(tp, 4) = 4                        | 02",
      },
      delimiter = '|')
  void takesThePointsThatMeetIt(String condition, String numbers) {
    PointFilter filter = filter(condition);
    StringBuilder met = new StringBuilder();
    POINTS.stream().filter(filter::test).forEach(point -> met.append(point.number()));
    assertThat(met).hasToString(numbers);
    assertThat(filter.unknown()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ranks = dpp, dpp",
    "ranks != dpp, dpp",
    "memory = big, big",
    "tp != dpp, dpp",
    "fits = maybe, maybe",
    "gpipe = schedule, gpipe",
    "schedule = text_in_quotes_7 and colour = red, colour"
  })
  void saysWhatNoPointHas(String condition, String unknown) {
    PointFilter filter = filter(condition);
    POINTS.forEach(filter::test);
    assertThat(filter.unknown()).containsExactly(unknown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'gpipe'",
        "'gpipe' < schedule",
        "'gpipe' = 'gpipe'",
        "4 = 'gpipe'",
        "fits and 'gpipe'",
        "min('gpipe', tp) = 1",
        "schedule = 'gpipe' 'gpipe'"
      })
  void saysWhereATextMayNotStand(String condition) {
    assertThatThrownBy(() -> filter(condition))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("'gpipe'");
  }

  @Test
  void refusesFunctionsThatThereAreNot() {
    assertThatThrownBy(() -> filter("log(tp) = 1"))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("log");
    assertThatThrownBy(() -> filter("gcd(tp) = 1")).isInstanceOf(Failure.class);
  }
}
