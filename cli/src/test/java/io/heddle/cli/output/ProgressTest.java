package io.heddle.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static String shown(boolean terminal) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Progress progress = Progress.of("emitting", stream, terminal)) {
      progress.ofEmit().written(3, 4, 100, 1000);
      progress.ofStep().begun(4, 4);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aTerminalShowsABar() {
    assertThat(shown(true)).contains("emitting", "100%", "4/4", "/s");
  }

  @Test
  void nothingElseDoes() {
    assertThat(shown(false)).isEmpty();
  }
}
