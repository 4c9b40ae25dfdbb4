package io.heddle.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.report.UnfinishedStepException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChooseSplitTest {
  private static final Path PAGE = Path.of("..", "docs", "api.md");
  private static final Path SOURCE =
      Path.of("src", "main", "java", "io", "heddle", "examples", "ChooseSplit.java");

  @TempDir private Path folder;

  /** The example of the page is this program, and its output what the program prints. */
  @Test
  void thePageShowsTheProgramAndItsOutput() throws IOException, UnfinishedStepException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.ROOT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      ChooseSplit.choose(stream, folder.resolve("rank.0.et"));
    } finally {
      Locale.setDefault(before);
    }
    String page = Files.readString(PAGE);
    assertThat(page).contains("```java\n" + Files.readString(SOURCE) + "```\n");
    assertThat(page).contains("```text\n" + out.toString(StandardCharsets.UTF_8) + "```\n");
    assertThat(folder.resolve("rank.0.et")).isNotEmptyFile();
  }
}
