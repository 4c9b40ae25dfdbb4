package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.interpret.Interpreter;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.PlanSelection;
import io.heddle.cli.option.ServeOption;
import io.heddle.cli.option.StragglerOptions;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.Version;
import io.heddle.cli.option.WindowOption;
import io.heddle.cli.output.EmitOutput;
import io.heddle.cli.output.Progress;
import io.heddle.cli.pool.ServeTraces;
import io.heddle.cli.result.StepCache;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.runtime.astrasim.ClassFolder;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.EmittedClasses;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.astrasim.Provenance;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compiles a plan and writes the traces of all ranks. */
@Command(
    name = "emit",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Write the Chakra traces of all ranks, with AstraSim's input files.",
      "",
      "Replaces the traces of an earlier run of the same model in the folder. manifest.json is"
          + " written last: a folder without it is incomplete.",
      "",
      "With --classes, ranks whose traces differ only in the groups and ranks that they name"
          + " share one trace; classes.json is written last. `heddle expand` recreates the"
          + " traces of any ranks.",
      ""
    })
public final class EmitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PlanSelection selection = new PlanSelection();

  @Mixin private ServeOption serveOption = new ServeOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "Output folder; created if it does not exist.")
  private Path folder = Path.of("");

  @Option(names = "--classes", description = "Write one trace per class of equal ranks.")
  private boolean classes;

  @Option(
      names = "--annotate",
      description = "Add stage, layer, micro-batch and direction to each node.")
  private boolean annotate;

  @Option(
      names = "--tensors",
      description =
          "Add to each node the tensors that it reads and writes, and make AstraSim track them.")
  private boolean tensors;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Ranks to write in parallel (default: one per core). The output does not depend on it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private WindowOption windowOption = new WindowOption();

  @Mixin private StragglerOptions stragglerOptions = new StragglerOptions();

  @Mixin private CacheOptions cacheOptions = new CacheOptions();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws EmitException {
    ThreadCount.check(threads, spec);
    windowOption.check(spec);
    GivenPath.check("--output", folder, spec);
    Stragglers stragglers = stragglerOptions.stragglers(spec);
    PrintWriter err = spec.commandLine().getErr();
    Optional<Loaded> loaded = serveOption.isGiven() ? pools(err) : plan(err);
    if (loaded.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Flattener flattener = StragglerOptions.slow(loaded.get().flattener(), stragglers);
    EmitRequest request =
        new EmitRequest(
            folder,
            flattener.plan().model(),
            threads,
            annotate,
            tensors,
            loaded.get().provenance());
    EmitOutput emitted =
        classes
            ? EmitOutput.of(writeClasses(flattener, request), flattener.mesh().ranks())
            : EmitOutput.of(write(flattener, request), flattener);
    emitted.warnings().forEach(warning -> err.println("warning: " + warning));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      emitted.print(out);
    } else {
      out.print(emitted.text());
    }
    return Exit.OK;
  }

  /** What makes traces, and where it comes from. */
  private record Loaded(Flattener flattener, Provenance provenance) {}

  private Optional<Loaded> plan(PrintWriter err) {
    return selection
        .select(err)
        .map(selected -> new Loaded(load(selected.compiled()), selected.provenance()));
  }

  private Optional<Loaded> pools(PrintWriter err) {
    if (classes) {
      throw Failure.usage("--classes: not with --serve, whose ranks send each other their caches");
    }
    return serveOption
        .select(selection, err, findings -> {})
        .flatMap(
            served -> {
              Optional<ServeTraces> pools = served.traces();
              served.printFindings(err);
              int steps = windowOption.isGiven() ? windowOption.steps() : 1;
              return pools.map(traces -> new Loaded(traces.flattener(steps), served.provenance()));
            });
  }

  /** Few traces are written from data: to compile the class takes longer. */
  private Flattener load(Compiled compiled) {
    return classes && !windowOption.isGiven()
        ? new Interpreter().load(compiled)
        : StepCache.of(cacheOptions.cache())
            .load(windowOption.of(PlannedProgram.of(compiled), compiled, spec));
  }

  private static EmittedClasses writeClasses(Flattener flattener, EmitRequest request)
      throws EmitException {
    try (Progress progress = Progress.of("emitting");
        Interruption interruption = Interruption.watch()) {
      return ClassFolder.write(flattener, request, interruption.stopping(progress.ofEmit()));
    }
  }

  private static EmittedFolder write(Flattener flattener, EmitRequest request)
      throws EmitException {
    try (Progress progress = Progress.of("emitting");
        Interruption interruption = Interruption.watch()) {
      return TraceFolder.write(flattener, request, interruption.stopping(progress.ofEmit()));
    }
  }
}
