package io.heddle.cli.step;

import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.option.AstraSimOptions;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.Progress;
import io.heddle.runtime.astrasim.AstraSimConfiguration;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.astrasim.process.AstraSim;
import io.heddle.runtime.astrasim.process.RankProgress;
import io.heddle.runtime.astrasim.process.RunFiles;
import io.heddle.runtime.astrasim.process.Verdict;
import io.heddle.runtime.astrasim.process.WorkFolder;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A folder of its own in which AstraSim runs once. When the session is closed, or Heddle told to
 * end, AstraSim is gone, and so is the folder if it is not to be kept.
 */
public final class AstraSimSession implements AutoCloseable {
  private static final String TRACES = "trace";
  private static final long MUCH_MEMORY = 1_000_000_000;

  private final AstraSim astraSim;
  private final NetworkConfig network;
  private final Interruption interruption;
  private final WorkFolder folder;
  private final Consumer<String> notes;

  private AstraSimSession(
      AstraSim astraSim,
      NetworkConfig network,
      Interruption interruption,
      WorkFolder folder,
      Consumer<String> notes) {
    this.notes = notes;
    this.astraSim = astraSim;
    this.network = network;
    this.interruption = interruption;
    this.folder = folder;
  }

  /**
   * Makes the folder; it is removed when the session is closed, unless it is to be kept.
   *
   * @param notes hears what is worth to be known before a run begins
   */
  public static AstraSimSession open(
      AstraSimOptions options, AstraSim astraSim, NetworkConfig network, Consumer<String> notes) {
    Interruption interruption = Interruption.watch();
    try {
      return new AstraSimSession(astraSim, network, interruption, options.folder(), notes);
    } catch (Failure e) {
      interruption.close();
      throw e;
    }
  }

  /**
   * Writes the traces of a plan and all that AstraSim needs beside them.
   *
   * @param hash of the specification
   */
  EmittedFolder emit(Flattener flattener, String hash) throws EmitException {
    EmitRequest request =
        new EmitRequest(
            folder.path(),
            flattener.plan().model(),
            Runtime.getRuntime().availableProcessors(),
            false,
            Version.number(),
            hash);
    try (Progress progress = Progress.of("emitting")) {
      return TraceFolder.write(flattener, request, interruption.stopping(progress.ofEmit()));
    }
  }

  /** Runs what was emitted. */
  Verdict runEmitted(Flattener flattener) {
    return run(
        new RunFiles(
            folder.path(),
            flattener.plan().model(),
            AstraSimConfiguration.SYSTEM,
            AstraSimConfiguration.NETWORK,
            AstraSimConfiguration.MEMORY,
            Optional.of(AstraSimConfiguration.GROUPS),
            flattener.mesh().ranks()),
        SimulationOptions.DEFAULT);
  }

  /**
   * Runs files that anybody made; they appear in the folder as links.
   *
   * @param memory absent: there is no remote memory
   */
  public Verdict runFiles(
      TraceWorkload traces,
      Path system,
      Path networkFile,
      Optional<Path> memory,
      Optional<Path> groups,
      SimulationOptions options) {
    try {
      for (int rank = 0; rank < traces.ranks(); rank++) {
        folder.link(TRACES + "." + rank + ".et", traces.file(rank));
      }
      folder.link(AstraSimConfiguration.SYSTEM, system);
      folder.link(AstraSimConfiguration.NETWORK, networkFile);
      if (memory.isPresent()) {
        folder.link(AstraSimConfiguration.MEMORY, memory.get());
      } else {
        Files.write(
            folder.path().resolve(AstraSimConfiguration.MEMORY), AstraSimConfiguration.memory());
      }
      if (groups.isPresent()) {
        folder.link(AstraSimConfiguration.GROUPS, groups.get());
      }
    } catch (IOException e) {
      throw Failure.environment("cannot make a folder for AstraSim: " + Explained.reason(e));
    }
    return run(
        new RunFiles(
            folder.path(),
            TRACES,
            AstraSimConfiguration.SYSTEM,
            AstraSimConfiguration.NETWORK,
            AstraSimConfiguration.MEMORY,
            groups.map(given -> AstraSimConfiguration.GROUPS),
            traces.ranks()),
        options);
  }

  private Verdict run(RunFiles files, SimulationOptions options) {
    try (Progress progress = Progress.of("AstraSim")) {
      RankProgress ranks = progress.ofRanks();
      RankProgress told =
          new RankProgress() {
            @Override
            public void begins(long nodes, long bytes) {
              if (bytes >= MUCH_MEMORY) {
                notes.accept(
                    String.format(
                        Locale.ROOT,
                        "AstraSim will take about %.1f GB of memory for %,d nodes",
                        bytes / 1e9,
                        nodes));
              }
            }

            @Override
            public void finished(int finished, int of) {
              ranks.finished(finished, of);
            }
          };
      return astraSim.run(files, network, options, told, interruption::requested);
    }
  }

  @Override
  public void close() {
    try {
      folder.close();
    } catch (IOException e) {
      throw Failure.environment("cannot remove AstraSim's folder: " + Explained.reason(e));
    } finally {
      interruption.close();
    }
  }
}
