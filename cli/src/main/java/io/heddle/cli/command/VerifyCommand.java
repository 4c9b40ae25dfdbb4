package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Explained;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.TraceSet;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.Progress;
import io.heddle.cli.output.VerifyOutput;
import io.heddle.cli.output.VerifyOutput.Verified;
import io.heddle.runtime.astrasim.AstraSimConfiguration;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.config.InputException;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import io.heddle.runtime.verify.NodeNames;
import io.heddle.runtime.verify.Rule;
import io.heddle.runtime.verify.TraceSetting;
import io.heddle.runtime.verify.Verification;
import io.heddle.runtime.verify.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Verifies sets of traces that anybody made. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Verify that sets of Chakra traces run to completion in AstraSim.",
      "",
      "Looks for AstraSim's files beside the traces, under the names that `emit` uses. The exit"
          + " code is 1 if a set is malformed or cannot finish, and 0 with warnings only.",
      ""
    })
public final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PREFIX",
      arity = "1..*",
      description =
          "Sets of traces PREFIX.RANK.et, each named by its prefix, its folder or one of the"
              + " files.")
  private List<Path> prefixes = new ArrayList<>();

  @Option(names = "--system", paramLabel = "FILE", description = "system.json")
  private @Nullable Path system;

  @Option(names = "--network", paramLabel = "FILE", description = "network.yml")
  private @Nullable Path network;

  @Option(names = "--memory", paramLabel = "FILE", description = "memory.json")
  private @Nullable Path memory;

  @Option(
      names = "--comm-group",
      paramLabel = "FILE",
      description = "comm_group.json: groups of ranks by id")
  private @Nullable Path groups;

  @Option(
      names = "--rendezvous-protocol",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Send a message only when its receive has been posted.")
  private boolean rendezvous;

  @Option(
      names = "--injection-scale",
      paramLabel = "X",
      description = "Factor of the endpoint delay (default: ${DEFAULT-VALUE}).")
  private double injectionScale = SimulationOptions.DEFAULT.injectionScale();

  @Option(
      names = "--num-queues-per-dim",
      paramLabel = "N",
      description = "Queues of chunks per network dimension (default: ${DEFAULT-VALUE}).")
  private int queues = SimulationOptions.DEFAULT.queuesPerDimension();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Traces to read in parallel (default: one per core). Results do not depend on it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    PrintWriter out = spec.commandLine().getOut();
    List<Verified> sets = new ArrayList<>();
    for (Path prefix : prefixes) {
      Verified set = verify(TraceSet.prefix("PREFIX", prefix, spec));
      sets.add(set);
      if (!json) {
        out.print(VerifyOutput.text(set));
        out.flush();
      }
    }
    if (json) {
      VerifyOutput.print(out, sets);
    }
    boolean sound = sets.stream().allMatch(set -> set.verification().sound());
    return sound ? Exit.OK : Exit.WRONG_INPUT;
  }

  private Verified verify(Path prefix) {
    TraceWorkload traces;
    TraceSetting setting;
    try {
      traces = TraceWorkload.find(prefix);
      setting = files(prefix).read(traces.ranks()).with(options());
    } catch (InputException e) {
      if (e.getCause() instanceof FileSystemException) {
        throw Failure.environment(Explained.reason(e));
      }
      Verification refused = Verification.refused(Rule.MACHINE, Explained.reason(e));
      return new Verified(
          prefix.toString(),
          refused,
          new NodeNames(new TraceWorkload(prefix, 0), refused.findings()));
    } catch (IOException e) {
      throw Failure.environment(Explained.reason(e));
    }
    Verification verification = verify(traces, setting);
    NodeNames names = new NodeNames(traces, verification.findings());
    return new Verified(prefix.toString(), verification, names);
  }

  private SimulationOptions options() {
    try {
      return new SimulationOptions(Backend.CONGESTION_UNAWARE, queues, injectionScale, rendezvous);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
  }

  private Verification verify(TraceWorkload traces, TraceSetting setting) {
    for (int rank = 0; rank < traces.ranks(); rank++) {
      if (Files.notExists(traces.file(rank))) {
        return Verification.refused(
            Rule.RANKS,
            "rank "
                + rank
                + ": "
                + traces.file(rank)
                + ": no such file, but there is one of rank "
                + (traces.ranks() - 1));
      }
    }
    Optional<String> unreadable = traces.unreadable();
    if (unreadable.isPresent()) {
      throw Failure.environment(unreadable.get());
    }
    try (Progress progress = Progress.of("verifying")) {
      return Verifier.verify(traces, setting, threads, progress.ofVerifier());
    }
  }

  private TraceSetting.Files files(Path prefix) {
    return new TraceSetting.Files(
        TraceSet.beside(Optional.ofNullable(system), prefix, AstraSimConfiguration.SYSTEM),
        TraceSet.beside(Optional.ofNullable(network), prefix, AstraSimConfiguration.NETWORK),
        TraceSet.beside(Optional.ofNullable(memory), prefix, AstraSimConfiguration.MEMORY),
        TraceSet.beside(Optional.ofNullable(groups), prefix, AstraSimConfiguration.GROUPS));
  }
}
