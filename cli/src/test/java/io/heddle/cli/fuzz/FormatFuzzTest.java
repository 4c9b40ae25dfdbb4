package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Whatever a file says, it is formatted for good, or left alone with a finding. */
class FormatFuzzTest {
  private static void format(Path file, String text) throws Exception {
    Execution.write(file, text);
    String before = Files.readString(file);
    Execution formatted = Execution.of("fmt", file);
    if (formatted.exit() == 0) {
      assertThat(Execution.of("fmt", "--check", file)).isEqualTo(new Execution(0, "", ""));
    } else {
      assertThat(formatted.exit()).as(formatted.err()).isEqualTo(1);
      assertThat(formatted.err()).contains("error[TFM");
      assertThat(file).hasContent(before);
    }
  }

  @Test
  void changedSpecificationsAreFormattedOrRefused() throws Exception {
    TextChanges changes = SpecificationFuzzTest.changes();
    Fuzz.run("format", (folder, random) -> format(folder.resolve("f.tfm"), changes.next(random)));
  }

  @Test
  void whatTheGrammarCanSayIsFormatted() throws Exception {
    Fuzz.run(
        "format-grammar",
        (folder, random) ->
            format(folder.resolve("f.tfm"), SpecificationFuzzTest.sentence(random)));
  }
}
