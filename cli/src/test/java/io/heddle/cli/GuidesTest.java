package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guides do what they show. A block {@code ```tfm mine.tfm} is a file, one with a {@code +} behind
 * the name is appended to it; Java is compiled. A block {@code ```console} has commands with what
 * they print, where a line {@code …} stands for any lines. {@code -Dheddle.golden=write} writes
 * outputs anew where they differ.
 */
@Tag("slow")
class GuidesTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+) ?(\\S*)( \\+)?\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern COMMAND =
      Pattern.compile("^\\$ (heddle|touch) ((?:[^\\n]*\\\\\\n)*[^\\n]*)\\n", Pattern.MULTILINE);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
  private static final Pattern FILE =
      Pattern.compile("[\\w-]+\\.(tfm|json|yaml|csv|html|svg)|traces/.*");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tutorial.md", "howto.md"})
  void commandsPrintWhatTheGuideShows(String name) throws IOException {
    Path page = DOCS.resolve(name);
    String text = Files.readString(page);
    Matcher block = BLOCK.matcher(text);
    StringBuilder checked = new StringBuilder();
    while (block.find()) {
      String content = block.group(4);
      if (block.group(1).equals("console")) {
        content = run(content);
      } else if (!block.group(2).isEmpty()) {
        Path file = write(block.group(2), content, block.group(3) != null);
        if (block.group(1).equals("java")) {
          compile(file);
        }
      }
      String whole =
          text.substring(block.start(), block.start(4))
              + content
              + text.substring(block.end(4), block.end());
      block.appendReplacement(checked, Matcher.quoteReplacement(whole));
    }
    block.appendTail(checked);
    if ("write".equals(System.getProperty("heddle.golden"))) {
      Files.writeString(page, checked);
    }
    assertThat(checked.toString()).isEqualTo(Files.readString(page));
  }

  private Path write(String file, String content, boolean appended) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return appended
        ? Files.writeString(path, "\n" + content, StandardOpenOption.APPEND)
        : Files.writeString(path, content);
  }

  private void compile(Path file) {
    String[] options = {
      "-proc:none",
      "-d",
      folder.toString(),
      "-cp",
      System.getProperty("java.class.path"),
      file.toString()
    };
    JavaCompiler javac = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    assertThat(javac.run(null, null, null, options)).isZero();
  }

  /** The commands of a block with what they print, as it stands there where that is right. */
  private String run(String content) {
    List<MatchResult> commands = COMMAND.matcher(content).results().toList();
    assertThat(commands).as(content).isNotEmpty();
    StringBuilder result = new StringBuilder(content.substring(0, commands.get(0).start()));
    for (int i = 0; i < commands.size(); i++) {
      MatchResult command = commands.get(i);
      int end = i + 1 < commands.size() ? commands.get(i + 1).start() : content.length();
      String shown = content.substring(command.end(), end);
      List<String> arguments = arguments(command.group(2));
      String printed =
          command.group(1).equals("heddle") ? printed(arguments) : touched(arguments.get(0));
      result.append(command.group()).append(matches(shown, printed) ? shown : printed);
    }
    return result.toString();
  }

  private String printed(List<String> arguments) {
    Execution execution = Execution.of(arguments.toArray());
    return (execution.err() + execution.out()).replace(folder + "/", "");
  }

  private static String touched(String file) {
    Execution.write(Path.of(file), "");
    return "";
  }

  private List<String> arguments(String command) {
    List<String> arguments = new ArrayList<>();
    Matcher word = WORD.matcher(command.replace("\\\n", " "));
    while (word.find()) {
      String plain = word.group(3);
      boolean output = !arguments.isEmpty() && arguments.get(arguments.size() - 1).equals("-o");
      if (plain != null && plain.startsWith("measurements/")) {
        arguments.add(DOCS.resolveSibling(plain).toString());
      } else if (plain != null && (output || FILE.matcher(plain).matches())) {
        arguments.add(folder.resolve(plain).toString());
      } else if (plain != null) {
        arguments.add(plain);
      } else {
        arguments.add(word.group(1) != null ? word.group(1) : word.group(2));
      }
    }
    return arguments;
  }

  private static boolean matches(String shown, String printed) {
    String pattern =
        shown
            .lines()
            .map(line -> line.equals("…") ? "(?:.*\\n)*?" : Pattern.quote(line + "\n"))
            .collect(Collectors.joining());
    return Pattern.matches(pattern, printed);
  }
}
