package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtReader;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.config.NetworkConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Runs AstraSim. It holds no state of a run: any number of runs may go on at once, each in a folder
 * of its own.
 */
public final class AstraSim {
  /** How long AstraSim may take to tidy up after its last result. */
  private static final Duration LINGERING = Duration.ofSeconds(30);

  /** Files that AstraSim opens besides the traces, with some to spare. */
  private static final int OTHER_FILES = 16;

  private static final int ATTEMPTS = 2;

  /** As many where they are short: a crash at the end cuts the log in up to half of the runs. */
  private static final int MOST_ATTEMPTS = 5;

  private static final Duration SHORT = Duration.ofSeconds(20);

  private final AstraSimBinary binary;
  private final Duration timeout;
  private final Duration lingering;
  private final Supplier<OptionalLong> descriptors;
  private final Supplier<OptionalLong> memory;

  /**
   * @param timeout of a run, all attempts together
   */
  public AstraSim(AstraSimBinary binary, Duration timeout) {
    this(binary, timeout, LINGERING, FileDescriptors::limit, Memory::available);
  }

  AstraSim(
      AstraSimBinary binary,
      Duration timeout,
      Duration lingering,
      Supplier<OptionalLong> descriptors,
      Supplier<OptionalLong> memory) {
    this.binary = binary;
    this.timeout = timeout;
    this.lingering = lingering;
    this.descriptors = descriptors;
    this.memory = memory;
  }

  /** Why AstraSim cannot run on a network, as far as that is known before there is any trace. */
  public Optional<Verdict> refusal(NetworkConfig network) {
    Optional<Verdict.NotStarted> obstacle =
        binary
            .obstacle()
            .or(
                () ->
                    KnownLimits.refusal(binary, network)
                        .map(why -> new Verdict.NotStarted(Obstacle.KNOWN_LIMIT, why)))
            .or(() -> fewDescriptors(network.ranks()));
    return obstacle.map(found -> found);
  }

  private Optional<Verdict.NotStarted> fewDescriptors(int ranks) {
    OptionalLong limit = descriptors.get();
    long needed = (long) ranks + OTHER_FILES;
    if (limit.isEmpty() || limit.getAsLong() >= needed) {
      return Optional.empty();
    }
    return Optional.of(
        new Verdict.NotStarted(
            Obstacle.FEW_FILE_DESCRIPTORS,
            "AstraSim holds one file open for each of "
                + ranks
                + " ranks, and a process may open "
                + limit.getAsLong()
                + "; raise that limit: ulimit -n "
                + needed));
  }

  /**
   * Runs to the end, and again if that leaves it open whether its output is whole: once, or up to
   * four times where a run is short.
   *
   * @param network that the files describe
   * @param progress begins again with each run
   * @param stopped whether nobody wants the result any more; asked all the time
   */
  public Verdict run(
      RunFiles files,
      NetworkConfig network,
      SimulationOptions options,
      RankProgress progress,
      BooleanSupplier stopped) {
    Optional<Verdict> refusal =
        refusal(network).or(() -> unusableTrace(files).map(found -> (Verdict) found));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Optional<Verdict> tooLarge = tooLarge(files, progress);
    if (tooLarge.isPresent()) {
      return tooLarge.get();
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    for (int attempt = 1; ; attempt++) {
      long begun = System.nanoTime();
      Judgement judgement = attempt(attempt, files, options, progress, stopped, deadline);
      boolean isShort = System.nanoTime() - begun < SHORT.toNanos();
      if (!judgement.doubtful() || attempt >= (isShort ? MOST_ATTEMPTS : ATTEMPTS)) {
        return judgement.verdict();
      }
    }
  }

  /** Why AstraSim is not started at all: it would end when memory runs out, after long work. */
  private Optional<Verdict> tooLarge(RunFiles files, RankProgress progress) {
    long nodes = 0;
    try {
      for (int rank = 0; rank < files.ranks(); rank++) {
        nodes += EtReader.count(files.trace(rank));
      }
    } catch (IOException e) {
      // What is no trace is left to the program.
      return Optional.empty();
    }
    long needed = Memory.needed(nodes);
    progress.begins(nodes, needed);
    OptionalLong available = memory.get();
    return available.isEmpty() || available.getAsLong() >= needed
        ? Optional.empty()
        : Optional.of(
            new Verdict.NotStarted(
                Obstacle.LITTLE_MEMORY,
                "AstraSim would take about "
                    + gigabytes(needed)
                    + " of memory for "
                    + nodes
                    + " nodes, and the machine has "
                    + gigabytes(available.getAsLong())
                    + " free; --backend congestion-unaware takes a fraction of that"));
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  private Judgement attempt(
      int attempt,
      RunFiles files,
      SimulationOptions options,
      RankProgress progress,
      BooleanSupplier stopped,
      long deadline) {
    Utterances said = new Utterances();
    LogParser log = new LogParser(files.ranks(), said, progress);
    try {
      AstraSimProcess process =
          AstraSimProcess.start(
              AstraSimCommand.of(binary, files, options, "log" + attempt),
              files.folder(),
              log::line,
              (line, ended) -> said.add(line));
      Ending ending = process.await(deadline, lingering, log::complete, stopped);
      return Judgement.of(ending, log, said, timeout);
    } catch (IOException e) {
      return new Judgement(
          new Verdict.NotStarted(
              Obstacle.NO_PROGRAM, binary.file() + ": the system cannot run it: " + e.getMessage()),
          false);
    }
  }

  /** AstraSim opens every trace for reading and appending. */
  private static Optional<Verdict.NotStarted> unusableTrace(RunFiles files) {
    for (int rank = 0; rank < files.ranks(); rank++) {
      Path trace = files.trace(rank);
      if (!Files.isReadable(trace)) {
        String why = Files.exists(trace) ? "permission denied" : "no such file";
        return Optional.of(
            new Verdict.NotStarted(
                Obstacle.NO_TRACE, "rank " + rank + ": " + given(trace) + ": " + why));
      }
      if (!Files.isWritable(trace)) {
        return Optional.of(
            new Verdict.NotStarted(
                Obstacle.READ_ONLY_TRACE,
                "rank "
                    + rank
                    + ": "
                    + given(trace)
                    + ": may not be written, and AstraSim opens traces for writing; chmod u+w, or"
                    + " copy them"));
      }
      if (hasNoNode(trace)) {
        return Optional.of(
            new Verdict.NotStarted(
                Obstacle.EMPTY_TRACE,
                "rank "
                    + rank
                    + ": "
                    + given(trace)
                    + ": the trace has no node; AstraSim needs one without parents"));
      }
    }
    return Optional.empty();
  }

  /** What is no trace at all is left to the program: it may read what Heddle does not. */
  private static boolean hasNoNode(Path trace) {
    try (EtReader reader = new EtReader(trace)) {
      return !reader.next(new EtNode());
    } catch (IOException e) {
      return false;
    }
  }

  /** The file as its owner knows it: where a link leads. */
  private static Path given(Path trace) {
    try {
      return Files.isSymbolicLink(trace) ? Files.readSymbolicLink(trace) : trace;
    } catch (IOException e) {
      return trace;
    }
  }
}
