package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.simulate.config.CustomAlgorithms;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import io.heddle.runtime.simulate.network.MessageTransport;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs collectives whose algorithm is a trace for each place. A rank runs one at a time, so that
 * rank and node name what an event is about. Messages share the tags of those of the workload.
 */
final class CustomCollectives {
  /** What keeps a rank's choice in a group: AstraSim looks once for each kind. */
  private record Use(int rank, int group, Collective collective) {}

  private final CustomAlgorithms algorithms;
  private final EventQueue events;
  private final MessageTransport transport;
  private final Map<Use, Optional<Path>> chosen = new HashMap<>();
  private final Map<Path, AlgorithmTrace> traces = new HashMap<>();
  // By rank: what it runs.
  private final @Nullable CustomRun[] runs;

  CustomCollectives(
      CustomAlgorithms algorithms, int ranks, EventQueue events, MessageTransport transport) {
    this.algorithms = algorithms;
    this.events = events;
    this.transport = transport;
    this.runs = new @Nullable CustomRun[algorithms.isEmpty() ? 0 : ranks];
  }

  /** Prefix of the algorithm by which a node's collective runs; empty for one of AstraSim's own. */
  Optional<Path> algorithm(int rank, int group, Collective collective, long node) {
    if (runs.length == 0) {
      return Optional.empty();
    }
    return group == 0
        ? look(collective, node)
        : chosen.computeIfAbsent(
            new Use(rank, group, collective), unused -> look(collective, node));
  }

  private Optional<Path> look(Collective collective, long node) {
    Path own = algorithms.byNode().get(node);
    return Optional.ofNullable(own == null ? algorithms.byCollective().get(collective) : own);
  }

  /** Makes a stream run the algorithm when its turn comes. */
  void prepare(Stream stream, Path prefix, Communicator group) {
    int place = group.sortedPosition(stream.rank);
    Path file = prefix.resolveSibling(prefix.getFileName() + "." + place + ".et");
    AlgorithmTrace trace = traces.get(file);
    if (trace == null) {
      trace = new AlgorithmTrace(file);
      traces.put(file, trace);
    }
    runs[stream.rank] = new CustomRun(trace, group, stream);
  }

  /** Whether the stream runs a custom algorithm. */
  boolean runs(Stream stream) {
    CustomRun run = runs.length == 0 ? null : runs[stream.rank];
    return run != null && run.stream() == stream;
  }

  /** The algorithm that the rank runs. */
  @Nullable CustomRun run(int rank) {
    return runs.length == 0 ? null : runs[rank];
  }

  /** Begins the algorithm of a stream. */
  void start(Stream stream) {
    CustomRun run = runs[stream.rank];
    if (run != null) {
      pass(run);
    }
  }

  /** A node of a rank's algorithm is done; returns the stream if that was all. */
  @Nullable Stream done(int rank, int node) {
    CustomRun run = runs[rank];
    if (run == null) {
      throw new IllegalStateException("rank " + rank + " runs no custom collective");
    }
    run.finish(node);
    pass(run);
    if (!run.hasEnded()) {
      return null;
    }
    // The stream is used again, for whatever comes next.
    runs[rank] = null;
    return run.stream();
  }

  private void pass(CustomRun run) {
    for (int node : run.free()) {
      run.issue(node);
      begin(run, node);
    }
  }

  private void begin(CustomRun run, int node) {
    AlgorithmTrace.Step step = run.trace().step(node);
    int rank = run.stream().rank;
    long done = Actions.of(Actions.CUSTOM_DONE, rank, node);
    try {
      if (step.computes()) {
        events.onRankAfter(rank, step.nanos, done);
        return;
      }
      if (step.missing != null) {
        throw new SimulationFault(step.missing.key() + " is missing or no whole number");
      }
      int tag = MessageTransport.tag(step.tag);
      if (step.sends()) {
        transport.send(tag, rank, run.peer(step), step.bytes, done);
      } else if (step.receives()) {
        transport.receive(tag, run.peer(step), rank, step.bytes, done);
      } else {
        throw new SimulationFault(
            "in a custom algorithm AstraSim ends only sends, receives and kernels");
      }
    } catch (SimulationFault fault) {
      throw new SimulationFault(
          run.trace().file()
              + ": node "
              + Long.toUnsignedString(step.id)
              + ": "
              + fault.getMessage());
    }
  }
}
