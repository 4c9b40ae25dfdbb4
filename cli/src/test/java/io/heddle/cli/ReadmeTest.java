package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The samples of output are real. */
class ReadmeTest {
  private static final String EXAMPLE = "examples/models/llama3_8b.tfm";

  private static final Pattern PAGE = Pattern.compile("\\((docs/\\w+\\.md)");

  /** A number with its unit, or a command. */
  private static final Pattern CLAIM =
      Pattern.compile("`[^`]+`|\\d[\\d,.]*\\d|\\d (?:ms|µs|s|%|MB)\\b");

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

  /** A number that is claimed in a row stands on a page that the row names. */
  @Test
  void claimsStandOnTheirPages() throws IOException {
    List<String> rows =
        readme()
            .lines()
            .dropWhile(line -> !line.startsWith("| you get"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(5);
    for (String row : rows) {
      String[] cells = row.split("\\|", -1);
      StringBuilder pages = new StringBuilder();
      for (MatchResult page : PAGE.matcher(cells[3]).results().toList()) {
        pages.append(Files.readString(Path.of("..", page.group(1))));
      }
      assertThat(CLAIM.matcher(cells[2]).results().map(MatchResult::group))
          .as(row)
          .isNotEmpty()
          .allSatisfy(claim -> assertThat(pages.toString()).contains(claim.replace("`", "")));
    }
  }
}
