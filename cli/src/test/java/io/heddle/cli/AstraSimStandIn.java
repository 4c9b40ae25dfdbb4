package io.heddle.cli;

import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.RooflineAverages;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A program with AstraSim's command line and log, which the embedded simulator answers for. */
final class AstraSimStandIn {
  private static final String TIME = "[2026-03-01 10:00:00.000] ";

  private AstraSimStandIn() {}

  /** A script that starts it. */
  static Path install(Path folder) {
    return script(
        folder.resolve("AstraSim_Analytical_Congestion_Unaware"),
        "exec '%s' -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\""
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                AstraSimStandIn.class.getName()));
  }

  /** A script of other lines. */
  static Path script(Path file, String... lines) {
    Path script = Execution.write(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    try {
      return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Simulates and prints. */
  public static void main(String[] arguments) throws IOException {
    Map<String, String> options = new HashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      options.put(argument.substring(2, equals), argument.substring(equals + 1));
    }
    Files.createDirectory(Path.of(options.get("logging-folder")));
    SimulationInput input =
        SimulationInput.read(
            Path.of(options.get("system-configuration")),
            Path.of(options.get("network-configuration")),
            Optional.of(Path.of(options.get("remote-memory-configuration"))),
            Optional.ofNullable(options.get("comm-group-configuration")).map(Path::of));
    SimulationResult result =
        new Simulator(
                input,
                new SimulationOptions(
                    Backend.CONGESTION_UNAWARE,
                    Integer.parseInt(options.getOrDefault("num-queues-per-dim", "1")),
                    Double.parseDouble(options.getOrDefault("injection-scale", "1")),
                    Boolean.parseBoolean(options.get("rendezvous-protocol"))))
            .run(
                new TraceWorkload(
                    Path.of(options.get("workload-configuration")), input.network().ranks()));
    List<RankResult> ranks = new ArrayList<>(result.ranks());
    Collections.reverse(ranks);
    StringBuilder log = new StringBuilder();
    ranks.forEach(rank -> print(log, rank));
    log.append(TIME).append("[system] [warning] Exiting\n");
    System.out.print(log);
  }

  private static void print(StringBuilder log, RankResult rank) {
    log.append(TIME)
        .append(
            "[workload] [info] sys[%d] finished, %d cycles, exposed communication %d cycles.\n"
                .formatted(rank.rank(), rank.cycles(), rank.exposedCommunication()));
    print(log, rank, "Wall time: ", rank.wallTime());
    print(log, rank, "Comm time: ", rank.communicationTime());
    print(log, rank, "GPU time: ", rank.computeTime());
    print(log, rank, "Total compute-communication overlap: ", rank.overlap());
    if (rank.roofline().isPresent()) {
      RooflineAverages averages = rank.roofline().get();
      print(log, rank, "Compute bound percentage: %.3f%%", averages.computeBound());
      print(log, rank, "Average compute utilization: %.3f%%", averages.computeUtilization());
      print(log, rank, "Average memory utilization: %.3f%%", averages.memoryUtilization());
      print(log, rank, "Average operation intensity: %.3f", averages.operationIntensity());
    }
  }

  private static void print(StringBuilder log, RankResult rank, String name, OptionalLong time) {
    time.ifPresent(nanos -> statistic(log, rank, name + nanos));
  }

  private static void print(StringBuilder log, RankResult rank, String form, double average) {
    statistic(log, rank, String.format(Locale.ROOT, form, average));
  }

  private static void statistic(StringBuilder log, RankResult rank, String text) {
    log.append(TIME)
        .append("[statistics] [info] sys[%d], ".formatted(rank.rank()))
        .append(text)
        .append('\n');
  }
}
