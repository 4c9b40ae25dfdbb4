package io.heddle.cli.command;

import io.heddle.cli.convert.RoutedTokens;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.ImportOutput;
import io.heddle.cli.option.Version;
import io.heddle.plan.expert.RecordedLoad;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the tokens that a router was seen to give each expert as a load. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Convert a table of the tokens that a router gave each expert to a load, for `experts"
          + " load = NAME`.",
      "",
      "The table has the columns layer, expert and tokens, and micro_batch if loads change"
          + " between micro-batches. All count from 0; layers without experts count, too. Rows"
          + " of the same layer, micro-batch and expert are added up.",
      ""
    })
public final class ImportLoadCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TABLE", description = "Table, a .csv file.")
  private Path file = Path.of("");

  @Mixin private ImportOutput output = new ImportOutput();

  @Option(
      names = "--experts",
      paramLabel = "N",
      description =
          "Number of experts of a layer (default: up to the last one in the table). Experts"
              + " that are not in the table get no tokens.")
  private @Nullable Integer experts;

  @Override
  public Integer call() {
    if (experts != null && (experts < 1 || experts > RecordedLoad.MOST_EXPERTS)) {
      throw Failure.usage(
          "--experts %d: write a number from 1 to %,d"
              .formatted(experts, RecordedLoad.MOST_EXPERTS));
    }
    output.check(List.of(file));
    String name = output.name().isEmpty() ? ImportOutput.named(file) : output.name();
    RoutedTokens tokens =
        RoutedTokens.read(file, name.isEmpty() ? "Router" : name, experts == null ? 0 : experts);
    output.write(tokens.text(), tokens.held(), spec.commandLine());
    return Exit.OK;
  }
}
