package io.heddle.runtime.astrasim;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.pipeline.SmallFlattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends in the middle of a rank, with no time to tidy up. */
class KilledRunTest {
  private static final int KILLED_IN_RANK = 3;
  private static final int EXIT_CODE = 9;

  private static EmitRequest request(Path folder) {
    return new EmitRequest(folder, "small", 1, false, "0.1.0", "sha256:1234");
  }

  private static SmallFlattener flattener() {
    return new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 3), 2);
  }

  /** The process that is killed; its argument is the folder. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws EmitException {
      SmallFlattener flattener =
          new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 3), 2) {
            @Override
            protected long forwardLayer(RankEmitter rank, int layer, long x) {
              if (rank.rank() == KILLED_IN_RANK) {
                Runtime.getRuntime().halt(EXIT_CODE);
              }
              return super.forwardLayer(rank, layer, x);
            }
          };
      TraceFolder.write(flattener, request(Path.of(arguments[0])), EmitProgress.SILENT);
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void aKilledRunLeavesWholeFilesAndNoManifest(@TempDir Path temp) throws Exception {
    Path whole = temp.resolve("whole");
    Path killed = temp.resolve("killed");
    TraceFolder.write(flattener(), request(whole), EmitProgress.SILENT);
    TraceFolder.write(flattener(), request(killed), EmitProgress.SILENT);

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                killed.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("output").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue())
        .as(Files.readString(temp.resolve("output")))
        .isEqualTo(EXIT_CODE);

    assertThat(names(killed)).doesNotContain("manifest.json");
    Set<String> traces = new TreeSet<>(names(killed));
    traces.removeIf(name -> !name.startsWith("small."));
    assertThat(traces).containsExactly("small.0.et", "small.1.et", "small.2.et");
    for (String trace : traces) {
      assertThat(killed.resolve(trace)).hasSameBinaryContentAs(whole.resolve(trace));
    }
    assertThat(names(killed)).anyMatch(name -> name.endsWith(".part"));

    TraceFolder.write(flattener(), request(killed), EmitProgress.SILENT);
    assertThat(names(killed)).isEqualTo(names(whole));
  }
}
