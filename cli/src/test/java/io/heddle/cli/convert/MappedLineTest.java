package io.heddle.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of mappings as both directions read them. */
class MappedLineTest {
  @Test
  void alternativesHaveConditions() {
    assertThat(MappedLine.of("head_dim if not @latent and kind is wide | @hidden / heads"))
        .isEqualTo(
            new MappedLine(
                List.of(
                    new MappedLine.Alternative(
                        new MappedLine.Key("head_dim"),
                        new MappedLine.Condition(
                            List.of(
                                new MappedLine.Term(
                                    new MappedLine.Other("latent"), true, Optional.empty()),
                                new MappedLine.Term(
                                    new MappedLine.Key("kind"), false, Optional.of("wide"))))),
                    new MappedLine.Alternative(
                        new MappedLine.Quotient(
                            new MappedLine.Other("hidden"), new MappedLine.Key("heads")),
                        MappedLine.Condition.NONE))));
  }

  @Test
  void keysStandInTheirOrder() {
    MappedLine line = MappedLine.of("norm via norms if styled | \"rmsnorm\" | 4 * hidden");
    assertThat(line.alternatives().get(0).value())
        .isEqualTo(new MappedLine.Translated(new MappedLine.Key("norm"), "norms"));
    assertThat(line.keys()).containsExactly("norm", "styled", "hidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a + b", "a b", "a * b c"})
  void whatIsNoValueIsRefused(String line) {
    assertThatThrownBy(() -> MappedLine.of(line)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A line that cannot be read would be noticed only by who imports such a model. */
  @ParameterizedTest
  @ValueSource(
      strings = {ConfigMapping.CONFIGURATIONS, ConfigMapping.MEGATRON, ConfigMapping.TORCHTITAN})
  void everyLineOfTheMappingsCanBeRead(String resource) {
    ConfigMapping mapping = ConfigMapping.read(resource);
    assertThat(mapping.types()).isNotEmpty();
    for (String type : mapping.types()) {
      assertThat(mapping.of(type).orElseThrow().keys()).as(type).isNotEmpty();
    }
  }
}
