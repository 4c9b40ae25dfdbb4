package io.heddle.runtime.simulate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One run of AstraSim: its input, and what each of its backends answered. */
public record GoldenCase(Path folder, JsonNode expected) {
  private static final Path ALL = Path.of("src", "test", "resources", "golden");

  public static List<GoldenCase> all() {
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders.filter(Files::isDirectory).sorted().map(GoldenCase::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static GoldenCase named(String name) {
    return read(ALL.resolve(name));
  }

  private static GoldenCase read(Path folder) {
    try {
      JsonNode expected =
          new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("expected.json")));
      return new GoldenCase(folder, expected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return folder.getFileName().toString();
  }

  /** What a backend answered. */
  public JsonNode result(Backend backend) {
    return expected.get("results").get(backend == Backend.CONGESTION_AWARE ? "aware" : "unaware");
  }

  public boolean astraSimAnswers(Backend backend) {
    return result(backend).get("status").asText().startsWith("ok");
  }

  public SimulationInput input() throws IOException {
    Optional<Path> groups = option("comm-group-configuration").map(folder::resolve);
    Path own = folder.resolve("comm_group.json");
    if (groups.isEmpty() && Files.exists(own)) {
      groups = Optional.of(own);
    }
    return SimulationInput.read(
        folder.resolve("system.json"),
        folder.resolve("network.yml"),
        Optional.of(folder.resolve("memory.json")),
        groups,
        folder);
  }

  public SimulationOptions options(Backend backend) {
    return SimulationOptions.DEFAULT
        .with(backend)
        .withQueuesPerDimension(option("num-queues-per-dim").map(Integer::parseInt).orElse(1))
        .withInjectionScale(option("injection-scale").map(Double::parseDouble).orElse(1.0))
        .withRendezvous(option("rendezvous-protocol").map(Boolean::parseBoolean).orElse(false));
  }

  public TraceWorkload workload() {
    return new TraceWorkload(
        folder.resolve("workload").resolve("w"), expected.get("ranks").asInt());
  }

  private Optional<String> option(String name) {
    for (JsonNode option : expected.get("cli")) {
      String text = option.asText();
      if (text.startsWith("--" + name + "=")) {
        return Optional.of(text.substring(name.length() + 3));
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name();
  }
}
