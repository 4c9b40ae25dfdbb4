package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.ChosenName;
import io.heddle.cli.option.GivenPath;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.Progress;
import io.heddle.cli.request.BuiltPool;
import io.heddle.cli.request.KnotStore;
import io.heddle.cli.request.LoadOutput;
import io.heddle.cli.request.LoadPage;
import io.heddle.cli.request.LoadRun;
import io.heddle.cli.request.PoolBuilder;
import io.heddle.cli.request.RequestLengths;
import io.heddle.cli.request.ServedFleet;
import io.heddle.cli.request.ServedRequests;
import io.heddle.cli.source.Specification;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.Serving;
import io.heddle.runtime.serving.LoadResult;
import io.heddle.runtime.serving.LoadSimulation;
import io.heddle.runtime.serving.Requests;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Simulates requests to pools of plans of inference. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Simulate requests to a `serve`: latencies, throughput, queues, preemptions.",
      "",
      "Simulates steps of the pools' plans once, interpolates step times between them, and"
          + " passes requests through the engine's scheduler step by step.",
      ""
    })
public final class LoadCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "Specification, a .tfm file.")
  private Path file = Path.of("");

  @Option(
      names = "--serve",
      paramLabel = "NAME",
      description = "`serve` to simulate (optional if the file has only one).")
  private @Nullable String name;

  @Option(
      names = "--requests",
      paramLabel = "CSV",
      description =
          "Use the requests of this file instead of those of the specification: columns of"
              + " Heddle (arrival_s, input, output), Azure, BurstGPT or Mooncake.")
  private @Nullable Path requests;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of random arrivals and lengths (default: 0).")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Steps to simulate in parallel (default: one per core). Results do not depend on it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write a self-contained HTML page with charts of the requests and the pools.")
  private @Nullable Path report;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private CacheOptions cacheOptions = new CacheOptions();

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    Optional<Serving> serving =
        compiler.hasErrors()
            ? Optional.empty()
            : compiler.serve(ChosenName.of("serve", "serves", file, name, compiler.serves()));
    PrintWriter err = spec.commandLine().getErr();
    err.print(Rendering.of(specification.findings()));
    err.flush();
    if (serving.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    Optional<OutputFile> page = page(specification);
    LoadRun run = run(compiler, serving.get());
    run.warnings().forEach(warning -> err.println("warning: " + warning));
    page.ifPresent(to -> write(to, run));
    LoadOutput output = new LoadOutput(run);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      output.print(out);
    } else {
      out.print(output.text());
    }
    return Exit.OK;
  }

  /** Where the page goes, which is checked before there is anything to write. */
  private Optional<OutputFile> page(Specification specification) {
    if (report == null) {
      return Optional.empty();
    }
    GivenPath.check("--report", report, spec);
    OutputFile page = new OutputFile("--report", "report", report);
    List<Path> inputs = new ArrayList<>(specification.files());
    Optional.ofNullable(requests).ifPresent(inputs::add);
    page.check(inputs);
    return Optional.of(page);
  }

  private static void write(OutputFile page, LoadRun run) {
    byte[] html = new LoadPage(run, Version.number()).html().getBytes(StandardCharsets.UTF_8);
    page.write(out -> out.write(html));
  }

  private LoadRun run(TfmCompiler compiler, Serving serving) {
    if (requests != null) {
      GivenPath.check("--requests", requests, spec);
    }
    ServedRequests served = ServedRequests.of(serving, file, requests, seed);
    KnotStore store = KnotStore.of(cacheOptions.cache());
    try (Progress progress = Progress.of("serving requests")) {
      AtomicInteger steps = new AtomicInteger();
      PoolBuilder builder =
          new PoolBuilder(
              compiler,
              RequestLengths.of(served.requests()),
              threads,
              store,
              more -> progress.note(steps.addAndGet(more) + " steps simulated"));
      List<BuiltPool> pools =
          serving.pools().stream()
              .map(pool -> builder.build(pool, serving.batching(), Map.of()))
              .toList();
      ServedFleet fleet = ServedFleet.of(serving, pools);
      return new LoadRun(
          serving, served.file(), seed, fleet, result(serving, served.requests(), fleet, progress));
    } finally {
      store.keep();
    }
  }

  private static LoadResult result(
      Serving serving, Requests all, ServedFleet fleet, Progress progress) {
    try {
      LoadSimulation.check(all, fleet.setup());
    } catch (IllegalArgumentException e) {
      throw Failure.wrongInput("%s: %s".formatted(serving.span(), e.getMessage()));
    }
    try {
      return LoadSimulation.run(all, fleet.setup(), done -> progress.to(done, all.size()));
    } catch (ArithmeticException e) {
      throw Failure.wrongInput(
          serving.span() + ": the run takes longer than 63 bits of ns hold: 292 years");
    }
  }
}
