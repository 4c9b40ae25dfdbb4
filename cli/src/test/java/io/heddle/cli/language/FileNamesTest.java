package io.heddle.cli.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.diagnose.Source;
import org.junit.jupiter.api.Test;

/** What is read once for all is the library, and no text that an editor makes of it. */
class FileNamesTest {
  @Test
  void onlyTheLibrarysOwnTextIsKept() {
    Source clusters = Imports.library("std/clusters.tfm").orElseThrow();
    assertThat(FileNames.of(clusters)).isSameAs(FileNames.of(clusters));
    Source edited = new Source(clusters.path(), clusters.text() + "// more\n");
    assertThat(FileNames.of(edited)).isNotSameAs(FileNames.of(edited));
  }
}
