package io.heddle.cli.page;

import io.heddle.cli.Heddle;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder in which the commands of a page run as a reader of it runs them: with {@code heddle} on
 * the path, and beside it what a checkout holds.
 */
public final class GuideShell {
  /** Before what each command prints. */
  private static final String MARK = "\036";

  private static final long MINUTES = 10;

  private final Path folder;
  private final Path programs;
  private final Path log;

  /**
   * What came of commands.
   *
   * @param exit of the shell
   * @param outputs of each command that began, both streams as they came
   */
  public record Ran(int exit, List<String> outputs) {}

  /** Lays it out in a folder. */
  public GuideShell(Path whole) throws IOException {
    Path root = Path.of("..").toRealPath();
    folder = Files.createDirectories(whole.resolve("checkout"));
    programs = Files.createDirectories(whole.resolve("bin"));
    log = whole.resolve("log");
    // Copies, for some commands write there.
    for (String name : List.of("examples", "measurements")) {
      copy(root.resolve(name), folder.resolve(name));
    }
    program(
        "heddle",
        "exec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\""
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                Heddle.class.getName()));
    Files.createSymbolicLink(folder.resolve("heddle"), programs.resolve("heddle"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(file -> !file.startsWith(from.resolve("target"))).toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  /** Puts a program on the path, in place of one that may be there. */
  public void program(String name, String script) throws IOException {
    Path file = Files.writeString(programs.resolve(name), "#!/bin/bash\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What stands for the folder of the checkout. */
  public Path folder() {
    return folder;
  }

  /** A jar that stands for {@code heddle.jar}: its class path is that of the tests. */
  public void jar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest
        .getMainAttributes()
        .putValue(
            "Class-Path",
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    Files.createDirectories(file.getParent());
    new JarOutputStream(Files.newOutputStream(file), manifest).close();
  }

  /** Runs commands in one shell, one behind the other, whatever they come to. */
  public Ran run(List<String> commands) throws IOException {
    return run(commands, "", Map.of());
  }

  /** Runs lines of a shell up to the first that fails. */
  public Ran run(String script, Map<String, String> environment) throws IOException {
    return run(List.of(script), "set -euo pipefail\n", environment);
  }

  private Ran run(List<String> commands, String before, Map<String, String> environment)
      throws IOException {
    StringBuilder script = new StringBuilder(before);
    for (String command : commands) {
      script.append("printf '\\036'\n").append(command).append('\n');
    }
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", script.toString());
    builder.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.environment().put("XDG_CACHE_HOME", folder.resolveSibling("cache").toString());
    builder.environment().merge("PATH", programs.toString(), (path, ours) -> ours + ":" + path);
    builder.environment().putAll(environment);
    Process shell = builder.start();
    try {
      if (!shell.waitFor(MINUTES, TimeUnit.MINUTES)) {
        throw new AssertionError("takes more than " + MINUTES + " minutes:\n" + script);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
    List<String> outputs = Arrays.asList(Files.readString(log).split(MARK, -1));
    return new Ran(shell.exitValue(), outputs.subList(1, outputs.size()));
  }
}
