package io.heddle.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.Execution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces and configurations that somebody broke: what verifies is simulated to its end. */
class TraceFuzzTest {
  private static final List<String> CONFIGURATIONS =
      List.of("system.json", "network.yml", "memory.json", "comm_group.json");

  private static Path sound(Path folder) {
    Path traces = folder.resolve("sound");
    Execution emit =
        Execution.of(
            "emit", Execution.tiny(folder), "-o", traces, "--tensors", "--set", "layers=2,batch=4");
    assertThat(emit.exit()).as(emit.err()).isZero();
    return traces;
  }

  private static Path copy(Path traces, Path folder) throws IOException {
    try (var files = Files.list(traces)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName().toString()));
      }
    }
    return folder.resolve("Tiny");
  }

  private static void agree(Path prefix, Path folder) {
    Execution verify = Fuzz.execute("verify", prefix);
    Execution simulate =
        Fuzz.execute("simulate", prefix, "--memory-traces", folder.resolve("memory"));
    if (verify.exit() == 0) {
      assertThat(simulate.exit()).as(simulate.err()).isZero();
    }
    Execution inspect = Fuzz.execute("inspect", folder.resolve("Tiny.0.et"));
    assertThat(inspect.exit()).isIn(0, 1);
  }

  @Test
  void changedTraces(@TempDir Path given) throws Exception {
    Path traces = sound(given);
    Fuzz.run(
        "traces",
        (folder, random) -> {
          Path prefix = copy(traces, folder);
          for (int i = 1 + random.nextInt(2); i > 0; i--) {
            Path file = folder.resolve("Tiny." + random.nextInt(8) + ".et");
            Path other = traces.resolve("Tiny." + random.nextInt(8) + ".et");
            Files.write(file, changed(Files.readAllBytes(file), Files.readAllBytes(other), random));
          }
          agree(prefix, folder);
        });
  }

  private static byte[] changed(byte[] bytes, byte[] other, RandomGenerator random) {
    if (bytes.length == 0) {
      return other;
    }
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> {
        return records(bytes, random);
      }
      case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 10), (byte) 0xff);
      default -> {
        return records(other, random);
      }
    }
    return bytes;
  }

  /** Whole records in another order, doubled or dropped: the bytes stay well-formed. */
  private static byte[] records(byte[] bytes, RandomGenerator random) {
    List<byte[]> records = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int length = 0;
      int start = at;
      for (int shift = 0; at < bytes.length && shift < 28; shift += 7) {
        length |= (bytes[at] & 0x7f) << shift;
        if (bytes[at++] >= 0) {
          break;
        }
      }
      at = Math.min(bytes.length, at + length);
      records.add(Arrays.copyOfRange(bytes, start, at));
    }
    int chosen = random.nextInt(records.size());
    switch (random.nextInt(3)) {
      case 0 -> records.remove(chosen);
      case 1 -> records.add(records.get(chosen));
      default -> records.add(random.nextInt(records.size()), records.remove(chosen));
    }
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    records.forEach(out::writeBytes);
    return out.toByteArray();
  }

  @Test
  void changedConfigurations(@TempDir Path given) throws Exception {
    Path traces = sound(given);
    List<String> corpus = new ArrayList<>();
    for (String name : CONFIGURATIONS) {
      corpus.add(Files.readString(traces.resolve(name)));
    }
    TextChanges changes = new TextChanges(corpus);
    Fuzz.run(
        "configurations",
        (folder, random) -> {
          Path prefix = copy(traces, folder);
          Path file = folder.resolve(Fuzz.pick(CONFIGURATIONS, random));
          Files.writeString(file, changes.change(Files.readString(file), random));
          agree(prefix, folder);
        });
  }
}
