package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that is killed leaves nothing that looks whole and is not. */
class KillFuzzTest {
  private static Process start(Path cache, Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("io.heddle.cli.Heddle");
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("XDG_CACHE_HOME", cache.toAbsolutePath().toString());
    return builder.redirectOutput(log.toFile()).start();
  }

  private static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }

  @Test
  void emittedFoldersWithAManifestAreWhole(@TempDir Path given) throws Exception {
    Path tiny = Execution.tiny(given);
    Path whole = given.resolve("whole");
    assertThat(Execution.of("emit", tiny, "-o", whole, "--set", "batch=64").exit()).isZero();
    Map<String, byte[]> expected = contents(whole);
    Fuzz.run("kills", (folder, random) -> kill(folder, tiny, expected, random));
  }

  private static void kill(
      Path folder, Path tiny, Map<String, byte[]> expected, RandomGenerator random)
      throws Exception {
    Path traces = folder.resolve("traces");
    Path cache = folder.resolve("cache");
    String[] arguments = {"emit", tiny.toString(), "-o", traces.toString(), "--set", "batch=64"};
    Process first = start(cache, folder.resolve("first.log"), arguments);
    first.waitFor(300 + random.nextInt(1500), TimeUnit.MILLISECONDS);
    first.destroyForcibly().waitFor();
    if (Files.exists(traces.resolve("manifest.json"))) {
      assertThat(contents(traces)).containsExactlyInAnyOrderEntriesOf(expected);
    }
    // Neither the folder nor the cache is in the way of the next run.
    Process second = start(cache, folder.resolve("second.log"), arguments);
    assertThat(second.waitFor()).as(Files.readString(folder.resolve("second.log"))).isZero();
    assertThat(contents(traces)).containsExactlyInAnyOrderEntriesOf(expected);
  }
}
