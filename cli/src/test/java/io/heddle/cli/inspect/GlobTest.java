package io.heddle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {
  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.strings().withChars("ab.*?").ofMaxLength(8);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab.").ofMaxLength(12);
  }

  @Property
  void matchesAsTheRegularExpression(
      @ForAll("patterns") String pattern, @ForAll("names") String name) {
    String expression = pattern.replace(".", "\\.").replace("*", ".*").replace("?", ".");
    assertThat(new Glob(pattern).matches(name)).isEqualTo(Pattern.matches(expression, name));
  }

  @Test
  void aHostilePatternTakesNoTime() {
    assertThat(new Glob("*a".repeat(500) + "*b").matches("a".repeat(10_000))).isFalse();
  }

  @Test
  void idsAreUnsigned() {
    assertThat(IdRange.of("7").contains(7)).isTrue();
    assertThat(IdRange.of("7").contains(8)).isFalse();
    assertThat(IdRange.of("7-9").contains(9)).isTrue();
    assertThat(IdRange.of("7-9").contains(10)).isFalse();
    assertThat(IdRange.of("7-").contains(-1)).isTrue();
    assertThat(IdRange.of("7-").contains(6)).isFalse();
    assertThat(IdRange.of("18446744073709551615").contains(-1)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "-3", "9-7", "a", "1-2-3", "18446744073709551616", "7 - 9"})
  void whatIsNoRangeIsSaid(String text) {
    assertThatThrownBy(() -> IdRange.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "'");
  }
}
