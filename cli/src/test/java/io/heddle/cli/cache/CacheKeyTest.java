package io.heddle.cli.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CacheKeyTest {
  @Property
  void otherPartsAreAnotherKey(@ForAll List<String> one, @ForAll List<String> other) {
    assertThat(CacheKey.of("step", one).equals(CacheKey.of("step", other)))
        .isEqualTo(encoded(one).equals(encoded(other)));
    List<String> split = new ArrayList<>(one);
    split.add("");
    assertThat(CacheKey.of("step", split)).isNotEqualTo(CacheKey.of("step", one));
  }

  /** As UTF-8 has it, which replaces what is no character. */
  private static List<String> encoded(List<String> parts) {
    return parts.stream()
        .map(part -> new String(part.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
        .toList();
  }
}
