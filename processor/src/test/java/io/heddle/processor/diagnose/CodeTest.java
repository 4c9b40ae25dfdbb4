package io.heddle.processor.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CodeTest {
  @Test
  void eachHasItsOwnNumber() {
    assertThat(Code.values()).extracting(Code::id).doesNotHaveDuplicates();
    assertThat(Code.values()).extracting(Code::id).allMatch(id -> id.matches("TFM[0-59]\\d{3}"));
  }
}
