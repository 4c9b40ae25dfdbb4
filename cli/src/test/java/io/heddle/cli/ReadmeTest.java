package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The samples of output are real. */
class ReadmeTest {
  private static final String EXAMPLE = "examples/models/llama3_8b.tfm";

  private static String readme() throws IOException {
    return Files.readString(Path.of("../README.md"));
  }

  @Test
  void theTableIsWhatTheCommandPrints() throws IOException {
    Execution run = Execution.of("run", Execution.example("llama3_8b.tfm"), "--plan", "Pod64");
    assertThat(readme()).contains("$ ./heddle run " + EXAMPLE + " --plan Pod64\n" + run.out());
  }

  @Test
  void theErrorIsWhatTheCommandPrints() throws IOException {
    Path example = Execution.example("llama3_8b.tfm");
    Execution run = Execution.of("run", example, "--plan", "Pod64", "--set", "tp=16");
    assertThat(readme())
        .contains(
            "$ ./heddle run "
                + EXAMPLE
                + " --plan Pod64 --set tp=16\n"
                + run.err().replace(example.toString(), EXAMPLE));
  }
}
