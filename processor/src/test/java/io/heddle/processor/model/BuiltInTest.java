package io.heddle.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BuiltInTest {
  @Test
  void everyFileOfTheLibraryIsLookedInto() throws IOException, URISyntaxException {
    Path root =
        Path.of(Objects.requireNonNull(BuiltIn.class.getResource("/io/heddle/std")).toURI());
    try (Stream<Path> files = Files.walk(root)) {
      assertThat(BuiltIn.FILES)
          .containsExactlyInAnyOrderElementsOf(
              files
                  .filter(file -> file.toString().endsWith(".tfm"))
                  .map(file -> "std/" + root.relativize(file).toString().replace('\\', '/'))
                  .toList());
    }
  }

  @Test
  void whatBringsAName() {
    assertThat(BuiltIn.help("cluster", "hgx_h100_measured").orElseThrow())
        .contains("std/measured/h100_sxm.tfm");
    assertThat(BuiltIn.help("engine", "megatron").orElseThrow()).contains("std/engines.tfm");
    assertThat(BuiltIn.help("engine", "h100_sxm")).isEmpty();
  }
}
