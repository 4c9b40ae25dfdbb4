package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A set of traces as a user names it: by its prefix, by one of its files, or by its folder. */
public final class TraceSet {
  private static final Pattern TRACE = Pattern.compile("(.+)\\.\\d{1,7}\\.et");

  private TraceSet() {}

  /**
   * The prefix of the set: rank r is {@code prefix.r.et}.
   *
   * @param name how the path was given, such as {@code --workload}
   */
  public static Path prefix(String name, Path given, CommandSpec spec) {
    if (given.getFileName() == null || given.toString().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), name + " " + given + ": must begin the names of files");
    }
    if (Files.isDirectory(given)) {
      return only(given);
    }
    return Files.isRegularFile(given) ? prefix(given).orElse(given) : given;
  }

  private static Optional<Path> prefix(Path file) {
    Matcher matcher = TRACE.matcher(String.valueOf(file.getFileName()));
    return matcher.matches()
        ? Optional.of(file.resolveSibling(matcher.group(1)))
        : Optional.empty();
  }

  private static Path only(Path folder) {
    List<Path> prefixes;
    try (Stream<Path> files = Files.list(folder)) {
      prefixes = files.map(TraceSet::prefix).flatMap(Optional::stream).distinct().sorted().toList();
    } catch (IOException e) {
      throw Failure.environment(folder + ": cannot be listed: " + e.getMessage());
    }
    if (prefixes.size() != 1) {
      throw Failure.wrongInput(
          folder
              + (prefixes.isEmpty()
                  ? ": there is no trace, such as w.0.et, in this folder"
                  : ": there are several sets of traces; name one: " + prefixes));
    }
    return prefixes.get(0);
  }

  /** The file that was named, else the one of that name beside the traces, if it is there. */
  public static Optional<Path> beside(Optional<Path> given, Path prefix, String name) {
    return given.or(() -> Optional.of(prefix.resolveSibling(name)).filter(Files::exists));
  }
}
