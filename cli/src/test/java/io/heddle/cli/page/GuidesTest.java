package io.heddle.cli.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pages do what they show; the snippets of a page run in its order, in one folder. A block with the
 * name of a file behind its language is that file, one with a {@code +} behind the name is appended
 * to it; Java is compiled. {@code ```sh} runs and must succeed. A block {@code ```console} has
 * commands with what they print, where a line {@code …} stands for any lines, and at the end of a
 * line for its rest. {@code -Dheddle.golden=write} writes outputs anew where they differ.
 */
@Tag("slow")
class GuidesTest {
  private static final String ANY = "…";

  @TempDir private Path whole;

  static Stream<String> pages() {
    return Snippet.pages().stream()
        .filter(page -> page.matches(System.getProperty("heddle.page", ".*")))
        .filter(page -> Snippet.of(page).stream().anyMatch(GuidesTest::isTriedHere));
  }

  private static boolean isTriedHere(Snippet snippet) {
    return NotTried.why(snippet).isEmpty() && (snippet.isShell() || snippet.isFile());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void commandsPrintWhatThePageShows(String page) throws IOException {
    GuideShell shell = new GuideShell(whole);
    shell.program("sbatch", SBATCH);
    shell.jar(shell.folder().resolve("lib/heddle.jar"));
    String text = Snippet.text(page);
    StringBuilder checked = new StringBuilder();
    int copied = 0;
    for (Snippet snippet : Snippet.of(page)) {
      checked.append(text, copied, snippet.begin());
      copied = snippet.begin() + snippet.content().length();
      checked.append(tried(snippet, shell));
    }
    checked.append(text, copied, text.length());
    if ("write".equals(System.getProperty("heddle.golden"))) {
      Files.writeString(Snippet.ROOT.resolve(page), checked);
    }
    assertThat(checked.toString()).isEqualTo(Snippet.text(page));
  }

  /** Slurm's command, which runs the tasks of an array here, one behind the other. */
  private static final String SBATCH =
      """
      [[ $1 =~ ^--array=1-([0-9]+)$ ]] || exit 9
      shift
      for ((task = 1; task <= BASH_REMATCH[1]; task++)); do
        SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=${BASH_REMATCH[1]} \\
          SLURM_ARRAY_TASK_COUNT=${BASH_REMATCH[1]} SLURM_CPUS_PER_TASK=1 bash "$@" > "slurm-$task.out" || exit
      done
      """;

  /** What the snippet should say. */
  private String tried(Snippet snippet, GuideShell shell) throws IOException {
    if (!isTriedHere(snippet)) {
      return snippet.content();
    }
    if (snippet.isConsole()) {
      return console(snippet, shell);
    }
    if (snippet.isShell()) {
      GuideShell.Ran ran = shell.run(snippet.content(), Map.of());
      assertThat(ran.exit()).as("%s: %s", snippet, ran.outputs()).isZero();
    } else {
      Path file = write(snippet, shell.folder());
      if (snippet.language().equals("java")) {
        compile(file);
      }
    }
    return snippet.content();
  }

  private static Path write(Snippet snippet, Path folder) throws IOException {
    String[] words = snippet.argument().split(" ", -1);
    Path path = folder.resolve(words[0]);
    Files.createDirectories(path.getParent());
    return words.length > 1
        ? Files.writeString(path, "\n" + snippet.content(), StandardOpenOption.APPEND)
        : Files.writeString(path, snippet.content());
  }

  private void compile(Path file) {
    String[] options = {
      "-proc:none",
      "-d",
      whole.resolve("compiled").toString(),
      "-cp",
      System.getProperty("java.class.path"),
      file.toString()
    };
    JavaCompiler javac = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    assertThat(javac.run(null, null, null, options)).isZero();
  }

  /** The commands of a snippet with what they print, as it stands there where that is right. */
  private static String console(Snippet snippet, GuideShell shell) throws IOException {
    List<Snippet.Part> parts = snippet.parts();
    List<String> printed = shell.run(snippet.commands()).outputs();
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      Snippet.Part part = parts.get(i);
      boolean isRight = matches(part.shown(), printed.get(i));
      result.append("$ ").append(part.command()).append(isRight ? part.shown() : printed.get(i));
    }
    return result.toString();
  }

  private static boolean matches(String shown, String printed) {
    String pattern = shown.lines().map(GuidesTest::pattern).collect(Collectors.joining());
    return Pattern.matches(pattern, printed);
  }

  private static String pattern(String line) {
    if (line.equals(ANY)) {
      return "(?:.*\\n)*?";
    }
    boolean isCut = line.endsWith(ANY);
    String text = isCut ? line.substring(0, line.length() - ANY.length()) : line;
    // A column is as wide as its widest cell, which may be a time that was measured.
    return text.isEmpty()
        ? "\\n"
        : Pattern.quote(text).replaceAll(" +", "\\\\E +\\\\Q") + (isCut ? ".*\\n" : "\\n");
  }
}
