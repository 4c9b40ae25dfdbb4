package io.heddle.cli.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import io.heddle.cli.Heddle;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import picocli.CommandLine;

/**
 * No snippet of the documentation is only looked at. Which test takes a block follows from its
 * language; what none takes is listed in {@code not-tried.txt} with the reason.
 */
class SnippetsTest {
  /** Held whole by CommandsPageTest and DiagnosticsPageTest, which make them of the code. */
  private static final Set<String> MADE = Set.of("docs/commands.md", "docs/diagnostics.md");

  private static final Pattern HEDDLE =
      Pattern.compile("(?m)(?:^|[;&|(] *|^\\$ )(?:\\./)?heddle ((?:[^\\n]*\\\\\\n)*[^\\n]*)");
  private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|'[^']*'|\\S+");

  @TempDir private Path folder;

  private static Stream<Snippet> all() {
    return Snippet.pages().stream()
        .filter(page -> !MADE.contains(page))
        .flatMap(page -> Snippet.of(page).stream());
  }

  @Test
  void everySnippetIsTried() {
    assertThat(all()).hasSizeGreaterThan(100);
    assertThat(
            all().filter(snippet -> NotTried.why(snippet).isEmpty() && !isTried(snippet)).toList())
        .as("name their language, or list them in not-tried.txt with the reason")
        .isEmpty();
  }

  /** Of which of the tests here and of other classes. */
  private static boolean isTried(Snippet snippet) {
    return switch (snippet.language()) {
      // GuidesTest.
      case "sh", "console" -> true;
      // DocumentationTest of the compiler, GuidesTest, and here.
      case "tfm" -> true;
      // ChooseSplitTest compares; GuidesTest compiles what has the name of a file.
      case "java" -> snippet.page().equals("docs/api.md") || snippet.isFile();
      case "json" -> snippet.isFile();
      case "xml" -> true;
      default -> false;
    };
  }

  @Test
  void whatIsListedIsThere() {
    Set<String> names = all().map(Snippet::name).collect(Collectors.toSet());
    assertThat(names).containsAll(NotTried.all().keySet());
  }

  /** Also those that take too long to be run. */
  @Test
  void optionsOfEveryCommandAreThere() {
    int found = 0;
    for (Snippet snippet : all().filter(Snippet::isShell).toList()) {
      for (MatchResult command : HEDDLE.matcher(snippet.content()).results().toList()) {
        CommandLine line = new CommandLine(new Heddle());
        // As Heddle has it: arguments of another program begin as options do.
        CommandLine imports = line.getSubcommands().get("import");
        imports.getSubcommands().get("megatron").setUnmatchedOptionsArePositionalParams(true);
        CommandLine.ParseResult parsed = line.parseArgs(words(command.group(1)));
        assertThat(parsed.hasSubcommand()).as(snippet.toString()).isTrue();
        found++;
      }
    }
    assertThat(found).isGreaterThan(60);
  }

  /** Without what is the shell's. */
  private static String[] words(String command) {
    List<String> words = new ArrayList<>();
    for (String word :
        WORD.matcher(command.replace("\\\n", " ")).results().map(MatchResult::group).toList()) {
      if (Set.of("<", ">", "#", "|", "&&").contains(word)) {
        break;
      }
      words.add(word.matches("\"[^\"]*\"|'[^']*'") ? word.substring(1, word.length() - 1) : word);
    }
    return words.toArray(String[]::new);
  }

  @Test
  void everyShellReadsItsCommands() throws IOException, InterruptedException {
    for (Snippet snippet : all().filter(Snippet::isShell).toList()) {
      Process bash =
          new ProcessBuilder("bash", "-n", "-c", String.join("", snippet.commands()))
              .redirectErrorStream(true)
              .start();
      String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(bash.waitFor()).as("%s: %s", snippet, said).isZero();
    }
  }

  @Test
  void specificationsOfOtherPagesAreRight() {
    List<Snippet> files =
        all()
            .filter(snippet -> snippet.language().equals("tfm") && !snippet.isFile())
            .filter(snippet -> !snippet.page().equals(Snippet.LANGUAGE))
            .toList();
    assertThat(files).isNotEmpty();
    for (Snippet snippet : files) {
      Path file = Execution.write(folder.resolve("snippet.tfm"), snippet.content());
      Execution check = Execution.of("check", file);
      assertThat(check.exit()).as("%s: %s", snippet, check.err()).isZero();
    }
  }

  /** What a POM is told to name is an artefact of this build, in its version. */
  @Test
  void artefactsOfPomsAreThere() throws Exception {
    Map<String, String> ours = Map.of("groupId", "io.heddle", "version", "0.1.0-SNAPSHOT");
    List<Snippet> poms = all().filter(snippet -> snippet.language().equals("xml")).toList();
    assertThat(poms).hasSizeGreaterThan(1);
    for (Snippet snippet : poms) {
      Element root =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(snippet.content())))
              .getDocumentElement();
      ours.forEach((tag, text) -> assertThat(text(root, tag)).as("%s", snippet).isEqualTo(text));
      String module = text(root, "artifactId").replace("heddle-", "");
      assertThat(Snippet.ROOT.resolve(module).resolve("pom.xml")).isRegularFile();
    }
  }

  private static String text(Element root, String tag) {
    NodeList found = root.getElementsByTagName(tag);
    assertThat(found.getLength()).as(tag).isPositive();
    return found.item(0).getTextContent();
  }
}
