package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How sets of traces are named, and what files are that are no traces. */
class TraceSetsTest {
  @TempDir private Path folder;

  @BeforeEach
  void emit() {
    Path file =
        Execution.write(
            folder.resolve("tiny.tfm"),
            Execution.tinyText().replace("Desk8", "Desk4").replace("nodes = 4", "nodes = 2"));
    Execution emit =
        Execution.of("emit", file, "-o", folder, "--set", "pp=2,dp=1,tp=2,batch=2", "--tensors");
    assertThat(emit.exit()).as(emit.err()).isZero();
    nameMemoryTraces("memory");
  }

  private void nameMemoryTraces(String name) {
    Path system = folder.resolve("system.json");
    try {
      Files.writeString(
          system,
          Files.readString(system)
              .replaceAll("\"local-mem-trace-filename\": \"[^\"]*\", ", "")
              .replace(
                  "\"track-local-mem\"",
                  "\"local-mem-trace-filename\": \"" + name + "\", \"track-local-mem\""));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes nothing into the working directory. */
  private Execution simulate(Object... arguments) {
    return Execution.of(
        Stream.concat(
                Stream.of("simulate", "--memory-traces", folder.resolve("traces")),
                Stream.of(arguments))
            .toArray());
  }

  @Test
  void aFolderOrOneFileNamesASet() {
    String plain = simulated(folder.resolve("Tiny"));
    assertThat(simulated(folder)).isEqualTo(plain);
    assertThat(simulated(folder.resolve("Tiny.3.et"))).isEqualTo(plain);
    assertThat(Execution.of("verify", folder).out())
        .isEqualTo(Execution.of("verify", folder.resolve("Tiny")).out())
        .contains("4 ranks", "every rank ends");
  }

  private String simulated(Path set) {
    Execution simulate = simulate(set, "--json");
    assertThat(simulate.exit()).as(simulate.err()).isZero();
    return simulate.out();
  }

  @Test
  void astraSimsOwnOptionNamesDo() {
    Execution own =
        simulate(
            "--workload-configuration=" + folder.resolve("Tiny"),
            "--system-configuration=" + folder.resolve("system.json"),
            "--network-configuration=" + folder.resolve("network.yml"),
            "--remote-memory-configuration=" + folder.resolve("memory.json"),
            "--comm-group-configuration=" + folder.resolve("comm_group.json"),
            "--logging-folder=log",
            "--json");
    assertThat(own.exit()).as(own.err()).isZero();
    assertThat(own.out()).isEqualTo(simulated(folder));
    assertThat(simulate(folder, "--workload", folder).exit()).isEqualTo(2);
  }

  @Test
  void aFolderMustHoldOneSet() throws IOException {
    Files.copy(folder.resolve("Tiny.0.et"), folder.resolve("other.0.et"));
    Execution several = simulate(folder);
    assertThat(several.exit()).isEqualTo(1);
    assertThat(several.err()).contains("several sets of traces", "Tiny", "other");
    Execution none = Execution.of("verify", Files.createDirectory(folder.resolve("bare")));
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("there is no trace");
  }

  @Test
  void theMemoryOfRanksIsPrintedAndWritten() throws IOException {
    Execution simulate = simulate(folder);
    assertThat(simulate.err()).isEmpty();
    assertThat(simulate.out()).contains("peak memory", " KB");
    for (int rank = 0; rank < 4; rank++) {
      assertThat(Files.readString(folder.resolve("traces/memory." + rank + ".json")))
          .contains("\"traceEvents\"", "tensorLifetime", "GPU Memory Usage (MB)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../out", "/tmp/out", "..\\\\out", "a/b", "nul\\u0000l"})
  void aSystemFileNamesNoFolder(String name) throws IOException {
    nameMemoryTraces(name);
    Execution simulate = simulate(folder);
    assertThat(simulate.exit()).isZero();
    assertThat(simulate.err()).contains("warning: local-mem-trace-filename is no plain file name");
    assertThat(folder.resolve("traces")).doesNotExist();
    assertThat(folder.resolve("out.0.json")).doesNotExist();
  }

  @Test
  void whatAFileIsIsSaid() throws IOException {
    Path file = Files.createDirectory(folder.resolve("alone")).resolve("host.0.et");
    Files.writeString(file, "{\n  \"schema\": \"1.1.0-chakra.0.0.4\"}");
    assertThat(Execution.of("inspect", file).err()).contains("JSON", "convert");
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    assertThat(Execution.of("inspect", file).err()).contains("Git LFS", "git lfs pull");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(Files.readAllBytes(folder.resolve("Tiny.0.et")));
    }
    Files.write(file, packed.toByteArray());
    Execution inspect = Execution.of("inspect", file);
    assertThat(inspect.err()).contains("gzip", "gunzip");
    assertThat(inspect.exit()).isEqualTo(1);
    Execution verify = Execution.of("verify", file);
    assertThat(verify.exit()).isEqualTo(1);
    assertThat(verify.out()).contains("error[trace]", "gunzip");
  }

  @Test
  void aSwitchThatLooksOffIsWarnedOf() throws IOException {
    Path system = folder.resolve("system.json");
    Files.writeString(
        system,
        Files.readString(system)
            .replaceFirst("\"track-local-mem\"\\s*:\\s*1", "\"replay-only\": false"));
    Execution simulate = simulate(folder);
    assertThat(simulate.exit()).as(simulate.err()).isZero();
    assertThat(simulate.err()).contains("replay-only is false", "takes for on");
    assertThat(Execution.of("verify", folder).out()).contains("warning[meaning]", "replay-only");
  }
}
