package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * {@code docs/commands.md} is made of the help of all commands. {@code -Dheddle.golden=write}
 * writes it anew.
 */
class CommandsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "commands.md");
  private static final int WIDTH = 100;

  @Test
  void thePageHasTheHelpOfEveryCommand() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # All commands and options

            What `heddle COMMAND --help` prints. [cli.md](cli.md) explains commands with examples, and describes their output.
            """);
    add(new CommandLine(new Heddle()), page);
    if ("write".equals(System.getProperty("heddle.golden"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
  }

  private static void add(CommandLine command, StringBuilder page) {
    command.setUsageHelpWidth(WIDTH);
    String help =
        command
            .getUsageMessage(Ansi.OFF)
            .lines()
            .map(String::stripTrailing)
            .reduce("", (text, line) -> text + line + "\n");
    page.append(
        "\n## `%s`\n\n```\n%s```\n".formatted(command.getCommandSpec().qualifiedName(), help));
    new LinkedHashSet<>(command.getSubcommands().values()).forEach(below -> add(below, page));
  }
}
