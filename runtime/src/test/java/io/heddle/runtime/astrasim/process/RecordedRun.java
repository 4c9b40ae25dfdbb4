package io.heddle.runtime.astrasim.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.config.ConfigReader;
import io.heddle.runtime.simulate.config.NetworkConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A run of the real AstraSim: its input, what each of its programs answered, perhaps its log. */
record RecordedRun(Path folder, JsonNode expected) {
  private static final Path ALL = Path.of("src", "test", "resources", "golden");
  private static final String LOG = "stdout_unaware.txt";

  static List<RecordedRun> all() {
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders.filter(Files::isDirectory).sorted().map(RecordedRun::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RecordedRun named(String name) {
    return read(ALL.resolve(name));
  }

  private static RecordedRun read(Path folder) {
    try {
      return new RecordedRun(
          folder, new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("expected.json"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int ranks() {
    return expected.path("ranks").asInt();
  }

  JsonNode answer(Backend backend) {
    return expected.path("results").path(backend == Backend.CONGESTION_AWARE ? "aware" : "unaware");
  }

  NetworkConfig network() throws IOException {
    return ConfigReader.network(folder.resolve("network.yml"));
  }

  /** Whether the network file can be read. */
  boolean hasNetwork() {
    try {
      return !network().dimensions().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the command line was one that Heddle gives. */
  boolean isOfOurs() {
    return option("comm-group-configuration").isEmpty();
  }

  SimulationOptions options() {
    return SimulationOptions.DEFAULT
        .withQueuesPerDimension(option("num-queues-per-dim").map(Integer::parseInt).orElse(1))
        .withInjectionScale(option("injection-scale").map(Double::parseDouble).orElse(1.0))
        .withRendezvous(option("rendezvous-protocol").map(Boolean::parseBoolean).orElse(false));
  }

  private Optional<String> option(String name) {
    for (JsonNode option : expected.path("cli")) {
      String text = option.asText();
      if (text.startsWith("--" + name + "=")) {
        return Optional.of(text.substring(name.length() + 3));
      }
    }
    return Optional.empty();
  }

  /** Copies the input to where AstraSim may write. */
  RunFiles copyTo(Path to) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(folder.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    return new RunFiles(
        to,
        "workload/w",
        "system.json",
        "network.yml",
        "memory.json",
        Optional.of("comm_group.json").filter(name -> Files.exists(to.resolve(name))),
        ranks());
  }

  /** What a program printed: as it was recorded, else written anew from the answers. */
  String log(Backend backend) throws IOException {
    Path recorded = folder.resolve(LOG);
    if (backend == Backend.CONGESTION_UNAWARE && Files.exists(recorded)) {
      return Files.readString(recorded);
    }
    StringBuilder log = new StringBuilder();
    for (Map.Entry<String, JsonNode> rank : answer(backend).path("ranks").properties()) {
      write(log, "sys[" + rank.getKey() + "]", rank.getValue());
    }
    if (answer(backend).path("rc").asText().equals("0")) {
      log.append("[system] [warning] Exiting\n");
    }
    return log.toString();
  }

  private static void write(StringBuilder log, String sys, JsonNode rank) {
    log.append(
        "[workload] [info] %s finished, %s cycles, exposed communication %s cycles.\n"
            .formatted(sys, rank.path("cycles").asText(), rank.path("exposed_comm").asText()));
    Map<String, String> lines =
        Map.of(
            "wall_time", "Wall time: %s",
            "comm_time", "Comm time: %s",
            "gpu_time", "GPU time: %s",
            "comp_comm_overlap", "Total compute-communication overlap: %s",
            "overlap", "Total compute-communication overlap: %s",
            "compute_bound_pct", "Compute bound percentage: %s%%",
            "avg_compute_util_pct", "Average compute utilization: %s%%",
            "avg_memory_util_pct", "Average memory utilization: %s%%",
            "avg_op_intensity", "Average operation intensity: %s");
    lines.forEach(
        (key, form) -> {
          if (rank.has(key)) {
            log.append("[statistics] [info] %s, ".formatted(sys))
                .append(form.formatted(rank.path(key).asText()))
                .append('\n');
          }
        });
    if (rank.has("peak_memory")) {
      log.append(
          "[workload] [info] %s peak memory usage: %s\n"
              .formatted(sys, rank.path("peak_memory").asText()));
    }
  }

  @Override
  public String toString() {
    return folder.getFileName().toString();
  }
}
