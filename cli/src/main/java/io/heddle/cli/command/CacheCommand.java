package io.heddle.cli.command;

import io.heddle.cli.cache.Cache;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.CacheOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is kept of earlier runs. */
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Show or clear the cache of earlier runs.")
public final class CacheCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing: info or clear");
  }

  @Command(
      name = "info",
      mixinStandardHelpOptions = true,
      description = "Show the location and size of the cache.")
  void info(@Option(names = "--json", description = "Print JSON.") boolean json) {
    Cache cache = CacheOptions.ofUser();
    try {
      int files = 0;
      long bytes = 0;
      for (Path entry : cache.entries()) {
        files++;
        bytes += Files.size(entry);
      }
      if (json) {
        CacheOutput.print(spec.commandLine().getOut(), cache, files, bytes);
      } else {
        spec.commandLine().getOut().print(CacheOutput.text(cache, files, bytes));
      }
    } catch (IOException e) {
      throw Failure.environment("cannot read the cache: " + Explained.reason(e));
    }
  }

  @Command(name = "clear", mixinStandardHelpOptions = true, description = "Clear the cache.")
  void clear() {
    try {
      int removed = CacheOptions.ofUser().clear();
      spec.commandLine().getOut().print(removed + " files removed\n");
    } catch (IOException e) {
      throw Failure.environment("cannot clear the cache: " + Explained.reason(e));
    }
  }
}
