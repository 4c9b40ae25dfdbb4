package io.heddle.processor.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpellingTest {
  private static final List<String> KNOWN =
      List.of("layers", "hidden", "heads", "kv_heads", "ffn", "vocab", "seq", "tp", "dp", "Llama");

  @ParameterizedTest
  @CsvSource({
    "layer, layers",
    "alyers, layers",
    "hiden, hidden",
    "kv_head, kv_heads",
    "kvheads, kv_heads",
    "head, heads",
    "vocabulary, ",
    "fn, ffn",
    "sqe, seq",
    "pt, tp",
    "ep, dp",
    "llama, Llama",
    "batch, ",
    "x, ",
    "experts, "
  })
  void nearest(String word, String expected) {
    assertThat(Spelling.nearest(word, KNOWN).orElse(null)).isEqualTo(expected);
  }

  @Test
  void theWordItselfIsNoSuggestion() {
    assertThat(Spelling.nearest("seq", List.of("seq"))).isEmpty();
  }

  @Test
  void ofEquallyNearWordsTheFirstInOrder() {
    assertThat(Spelling.nearest("ap", List.of("tp", "dp", "cp"))).contains("cp");
  }

  @Property
  void oneSlipIsAlwaysFound(@ForAll int place, @ForAll char letter) {
    String word = "attention";
    int index = Math.floorMod(place, word.length());
    String slip = word.substring(0, index) + letter + word.substring(index);
    assertThat(Spelling.nearest(slip, List.of("swiglu", word))).contains(word);
  }

  @Property
  void anyWordsCanBeCompared(@ForAll String word, @ForAll List<String> known) {
    assertThat(Spelling.nearest(word, known).map(known::contains)).isNotEqualTo(Optional.of(false));
  }
}
