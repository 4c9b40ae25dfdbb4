package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class HeddleTest {
  @Test
  void saysTheVersionOfTheBuild() {
    Execution version = Execution.of("--version");
    assertThat(version.exit()).isZero();
    assertThat(version.out()).matches("heddle \\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "compare",
        "emit",
        "explain",
        "check",
        "simulate",
        "inspect",
        "cache",
        "import"
      })
  void everyCommandHelps(String command) {
    assertThat(Execution.of("--help").out()).contains("  " + command + " ");
    Execution help = Execution.of(command, "--help");
    assertThat(help.exit()).isZero();
    assertThat(help.out()).startsWith("Usage: heddle " + command);
    assertThat(help.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "compare",
        "emit",
        "explain",
        "check",
        "simulate",
        "inspect",
        "cache",
        "import"
      })
  void anUnknownOptionIsAUsageError(String command) {
    Execution execution = Execution.of(command, "--no-such-option");
    assertThat(execution.exit()).isEqualTo(2);
    assertThat(execution.out()).isEmpty();
    assertThat(execution.err()).contains("--no-such-option", "heddle " + command + " --help");
  }

  @Test
  void aMissingOrUnknownCommandIsAUsageError() {
    assertThat(Execution.of().exit()).isEqualTo(2);
    Execution unknown = Execution.of("rum");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err())
        .contains(
            "unknown command 'rum'",
            "run, compare, emit, expand, explain, memory, graph, check, fmt, simulate");
    assertThat(Execution.of("--rum").err()).contains("--rum").doesNotContain("unknown command");
  }

  /** A command that is named is made alone; its help is that of the one among all others. */
  @Test
  void aCommandAloneIsTheSame() {
    new CommandLine(new Heddle())
        .getSubcommands()
        .forEach(
            (name, command) -> {
              Execution help = Execution.of(name, "--help");
              assertThat(help.out()).isEqualTo(command.getUsageMessage(CommandLine.Help.Ansi.OFF));
              assertThat(Execution.of(name, "--rum").err()).contains("heddle " + name, "--rum");
            });
  }

  @Test
  void argumentsAreTakenAsTheyAre() {
    // Not the name of a file with arguments.
    assertThat(Execution.of("check", "@list").err()).contains("@list: no such file");
  }

  @Test
  void figuresAreWrittenAlikeEverywhere() {
    Locale before = Locale.getDefault(Locale.Category.FORMAT);
    try {
      Locale.setDefault(Locale.Category.FORMAT, Locale.GERMANY);
      assertThat(
              Execution.of("explain", Execution.example("llama3_8b.tfm"), "--plan", "Pod64").out())
          .contains("8,030,261,248");
      assertThat("%,d".formatted(1_000)).isEqualTo("1,000");
    } finally {
      Locale.setDefault(Locale.Category.FORMAT, before);
    }
  }
}
