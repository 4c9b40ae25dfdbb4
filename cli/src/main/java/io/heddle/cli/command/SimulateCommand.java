package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.option.AstraSimOptions;
import io.heddle.cli.option.BackendName;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.TraceSet;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.SimulationOutput;
import io.heddle.cli.step.AstraSimSession;
import io.heddle.cli.step.MemoryTraces;
import io.heddle.runtime.astrasim.AstraSimConfiguration;
import io.heddle.runtime.astrasim.process.AstraSim;
import io.heddle.runtime.astrasim.process.KnownLimits;
import io.heddle.runtime.astrasim.process.Verdict;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.ChromeTrace;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.config.ConfigReader;
import io.heddle.runtime.simulate.config.InputException;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Simulates traces that anybody made, as AstraSim does. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Simulate Chakra traces with AstraSim's input files.",
      "",
      "Prints AstraSim's statistics of each rank; times are in ns. The exit code is 0 only if"
          + " every rank finished.",
      ""
    })
public final class SimulateCommand implements Callable<Integer> {
  /** AstraSim's own default. */
  private static final String NO_GROUPS = "empty";

  private static final String NO_EFFECT = "Accepted, but without effect, as in AstraSim.";

  @Spec private CommandSpec spec;

  // AstraSim's own names are longer.
  @Parameters(
      paramLabel = "PREFIX",
      arity = "0..1",
      description =
          "Traces PREFIX.RANK.et, named by their prefix, their folder or one of the files.")
  private @Nullable Path traceSet;

  @Option(
      names = {"--workload", "--workload-configuration"},
      paramLabel = "PREFIX",
      description = "The same as PREFIX.")
  private @Nullable Path workloadOption;

  @Option(
      names = {"--system", "--system-configuration"},
      paramLabel = "FILE",
      description = "system.json (default: the one beside the traces).")
  private @Nullable Path systemOption;

  @Option(
      names = {"--network", "--network-configuration"},
      paramLabel = "FILE",
      description = "network.yml (default: the one beside the traces).")
  private @Nullable Path networkOption;

  @Option(
      names = {"--memory", "--remote-memory-configuration"},
      paramLabel = "FILE",
      description = "memory.json. Without it, there is no remote memory.")
  private @Nullable Path memory;

  @Option(
      names = {"--comm-group", "--comm-group-configuration"},
      paramLabel = "FILE",
      description =
          "comm_group.json: groups of ranks by id. Without it, the only group is that of all"
              + " ranks.")
  private @Nullable Path groups;

  @Option(
      names = "--memory-traces",
      paramLabel = "DIR",
      description =
          "Folder for the memory traces of track-local-mem (default: the working directory).")
  private Path memoryTraces = Path.of("");

  // What AstraSim logs where; nothing of it is written here. Options without effect are fields, not
  // methods: Java lists methods in any order, and with them the options of completions.
  @Option(
      names = {"--logging-configuration", "--logging-folder"},
      paramLabel = "PATH",
      description = "Accepted, but without effect.")
  @Nullable String logging;

  private Path workload = Path.of("");
  private Path system = Path.of("");
  private Path network = Path.of("");

  @Option(
      names = "--num-queues-per-dim",
      paramLabel = "N",
      description = "Queues of chunks per network dimension (default: ${DEFAULT-VALUE}).")
  private int queues = SimulationOptions.DEFAULT.queuesPerDimension();

  @Option(
      names = "--injection-scale",
      paramLabel = "X",
      description = "Factor of the endpoint delay (default: ${DEFAULT-VALUE}).")
  private double injectionScale = SimulationOptions.DEFAULT.injectionScale();

  // AstraSim reads these two and uses neither.
  @Option(names = "--comm-scale", paramLabel = "X", description = NO_EFFECT)
  double communicationScale;

  @Option(names = "--compute-scale", paramLabel = "X", description = NO_EFFECT)
  double computeScale;

  @Option(
      names = "--rendezvous-protocol",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Send a message only when its receive has been posted.")
  private boolean rendezvous;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      converter = BackendName.Converter.class,
      completionCandidates = BackendName.Candidates.class,
      description = {
        "Simulator: ${COMPLETION-CANDIDATES} (default: congestion-unaware). The first two are"
            + " Heddle's, without and with contention for links; the last runs AstraSim."
      })
  private BackendName backend = BackendName.CONGESTION_UNAWARE;

  @Mixin private AstraSimOptions astraSimOptions = new AstraSimOptions();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--timeline",
      paramLabel = "FILE",
      description = "Write the run as a Chrome trace, to open in Perfetto.")
  private @Nullable Path timeline;

  @Override
  public Integer call() {
    SimulationOptions options = options();
    findFiles();
    return backend == BackendName.ASTRASIM ? runAstraSim(options) : simulate(options);
  }

  /** What is not named is looked for beside the traces, as `emit` calls it. */
  private void findFiles() {
    Path given = workloadOption == null ? traceSet : workloadOption;
    if (given == null) {
      throw new ParameterException(
          spec.commandLine(),
          "no traces: give their PREFIX (or --workload), and --system and --network where these"
              + " files are not beside them");
    }
    if (workloadOption != null && traceSet != null) {
      throw new ParameterException(
          spec.commandLine(), "traces are named twice: " + traceSet + " and " + workloadOption);
    }
    workload = TraceSet.prefix(workloadOption == null ? "PREFIX" : "--workload", given, spec);
    system = needed("--system", systemOption, AstraSimConfiguration.SYSTEM);
    network = needed("--network", networkOption, AstraSimConfiguration.NETWORK);
    if (traceSet != null) {
      memory =
          TraceSet.beside(Optional.ofNullable(memory), workload, AstraSimConfiguration.MEMORY)
              .orElse(null);
      groups =
          TraceSet.beside(Optional.ofNullable(groups), workload, AstraSimConfiguration.GROUPS)
              .orElse(null);
    }
    if (groups != null && groups.toString().equals(NO_GROUPS)) {
      groups = null;
    }
  }

  private Path needed(String option, @Nullable Path given, String name) {
    return TraceSet.beside(Optional.ofNullable(given), workload, name)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "there is no " + name + " beside the traces: give one with " + option));
  }

  private int simulate(SimulationOptions options) {
    SimulationInput input;
    try {
      input =
          SimulationInput.read(
              system, network, Optional.ofNullable(memory), Optional.ofNullable(groups));
    } catch (IOException e) {
      return printUnreadable(e);
    }
    TraceWorkload traces = new TraceWorkload(workload, input.network().ranks());
    Optional<String> unreadable = traces.unreadable();
    if (unreadable.isPresent()) {
      print(error(unreadable.get()));
      return Exit.ENVIRONMENT;
    }
    Optional<String> surplus = traces.surplus();
    if (surplus.isPresent()) {
      print(error(surplus.get()));
      return Exit.WRONG_INPUT;
    }
    PrintWriter err = spec.commandLine().getErr();
    input.system().warnings().forEach(warning -> err.println("warning: " + warning));
    err.flush();
    SimulationObserver observer =
        input
            .system()
            .memoryTrace()
            .map(name -> MemoryTraces.in(memoryTraces, name, err))
            .orElse(SimulationObserver.NONE);
    Simulator simulator = new Simulator(input, options);
    SimulationResult result;
    if (timeline == null) {
      result = simulator.run(traces, observer);
      print(result);
    } else {
      OutputFile file = new OutputFile("--timeline", "timeline", timeline);
      result = runWithTimeline(simulator, traces, observer, file);
    }
    return result.status() == Status.OK ? Exit.OK : Exit.WRONG_INPUT;
  }

  private int runAstraSim(SimulationOptions options) {
    PrintWriter err = spec.commandLine().getErr();
    Verdict verdict;
    try {
      NetworkConfig machine = ConfigReader.network(network);
      AstraSim astraSim = astraSimOptions.astraSim();
      KnownLimits.warnings(machine, options).forEach(it -> err.println("warning: " + it));
      err.flush();
      Optional<Verdict> refusal = astraSim.refusal(machine);
      verdict = refusal.isPresent() ? refusal.get() : runAstraSim(options, machine, astraSim);
    } catch (IOException e) {
      return printUnreadable(e);
    } catch (Failure failure) {
      if (json && failure.exit() != Exit.USAGE) {
        SimulationOutput.print(
            spec.commandLine().getOut(), error(String.valueOf(failure.getMessage())));
      }
      throw failure;
    }
    print(verdict.result());
    if (verdict.result().status() == Status.OK) {
      verdict.explanation().forEach(it -> err.println("warning: " + it));
      return Exit.OK;
    }
    return verdict.isOfEnvironment() ? Exit.ENVIRONMENT : Exit.WRONG_INPUT;
  }

  private Verdict runAstraSim(SimulationOptions options, NetworkConfig machine, AstraSim astraSim) {
    Stream.of(system, memory, groups)
        .filter(Objects::nonNull)
        .filter(file -> !Files.isReadable(file))
        .findFirst()
        .ifPresent(
            file -> {
              String why = Files.exists(file) ? "permission denied" : "no such file";
              throw Failure.environment(file + ": " + why);
            });
    TraceWorkload traces = new TraceWorkload(workload, machine.ranks());
    traces
        .surplus()
        .ifPresent(
            why -> {
              throw Failure.wrongInput(why);
            });
    try (AstraSimSession session =
        AstraSimSession.open(astraSimOptions, astraSim, machine, this::note)) {
      return session.runFiles(
          traces,
          system,
          network,
          Optional.ofNullable(memory),
          Optional.ofNullable(groups),
          options);
    }
  }

  private void note(String text) {
    spec.commandLine().getErr().println(text);
    spec.commandLine().getErr().flush();
  }

  private int printUnreadable(IOException e) {
    boolean wrong = e instanceof InputException && !(e.getCause() instanceof FileSystemException);
    print(error(Explained.reason(e)));
    return wrong ? Exit.WRONG_INPUT : Exit.ENVIRONMENT;
  }

  private static SimulationResult error(String diagnosis) {
    return new SimulationResult(Status.ERROR, List.of(), List.of(diagnosis), 0, 0, 0, 0);
  }

  /** The result is printed first, so that a timeline that cannot be written does not lose it. */
  private SimulationResult runWithTimeline(
      Simulator simulator, TraceWorkload traces, SimulationObserver observer, OutputFile file) {
    file.check(inputs(traces));
    ChromeTrace trace = new ChromeTrace(traces.ranks());
    SimulationResult result = simulator.run(traces, trace.and(observer));
    print(result);
    if (result.status() != Status.ERROR) {
      file.write(out -> trace.write(out, traces));
    }
    return result;
  }

  private List<Path> inputs(TraceWorkload traces) {
    return Stream.concat(
            Stream.of(system, network, memory, groups).filter(Objects::nonNull),
            IntStream.range(0, traces.ranks()).mapToObj(traces::file))
        .toList();
  }

  private SimulationOptions options() {
    astraSimOptions.check(backend, spec);
    if (timeline != null) {
      GivenPath.check("--timeline", timeline, spec);
      if (backend == BackendName.ASTRASIM) {
        throw new ParameterException(
            spec.commandLine(), "--timeline: AstraSim's output has no times of nodes");
      }
    }
    try {
      return new SimulationOptions(
          backend.embedded().orElse(Backend.CONGESTION_UNAWARE),
          queues,
          injectionScale,
          rendezvous);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
  }

  private void print(SimulationResult result) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (json) {
      SimulationOutput.print(out, result);
    } else if (!result.ranks().isEmpty()) {
      out.print(SimulationOutput.table(result));
    }
    switch (result.status()) {
      case OK -> {}
      case STALLED -> err.println("heddle: the simulation stalled: not every rank finished");
      case ERROR -> err.println("heddle: this cannot be simulated");
    }
    result.diagnosis().forEach(err::println);
    out.flush();
  }
}
