package io.heddle.cli.command;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.file.Interruption;
import io.heddle.cli.option.ByteSize;
import io.heddle.cli.option.CacheOptions;
import io.heddle.cli.option.ChosenName;
import io.heddle.cli.option.SettingsOption;
import io.heddle.cli.option.ThreadCount;
import io.heddle.cli.option.Version;
import io.heddle.cli.output.Progress;
import io.heddle.cli.request.KnotStore;
import io.heddle.cli.request.PoolBuilder;
import io.heddle.cli.request.RequestLengths;
import io.heddle.cli.request.ServedRequests;
import io.heddle.cli.search.FleetSearch;
import io.heddle.cli.search.FleetSearchOutput;
import io.heddle.cli.search.SearchOutput;
import io.heddle.cli.search.SearchResult;
import io.heddle.cli.search.SearchRun;
import io.heddle.cli.source.Specification;
import io.heddle.processor.SearchCompiler;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.model.ServeSearch;
import io.heddle.runtime.serving.Requests;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds the best plan of a space. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Find the best plan of a search, and prove that no other is better.",
      "",
      "Prints the best plans, the Pareto front of time, memory and GPUs, the effect of each"
          + " line of the best plan, and how many plans were excluded for which reason.",
      ""
    })
public final class SearchCommand implements Callable<Integer> {
  private static final int MOST = 10_000;
  private static final Pattern SHARE = Pattern.compile("(\\d{1,2}(?:\\.\\d{1,6})?) ?%");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "Specification, a .tfm file.")
  private Path file = Path.of("");

  @Option(
      names = "--search",
      paramLabel = "NAME",
      description = "Search to run (optional if the file has only one).")
  private @Nullable String name;

  @Mixin private SettingsOption settings = new SettingsOption();

  @Option(names = "--best", paramLabel = "N", description = "Find the N best plans (5).")
  private int best = 5;

  @Option(
      names = "--near",
      paramLabel = "SHARE",
      description =
          "Stop when no plan can beat the N-th best by more than this share, such as 2%%.")
  private @Nullable String near;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "Memory limit of a rank, such as 72GiB (default: that of its device).")
  private @Nullable Long memory;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Plans to evaluate in parallel (default: one per core). Results do not depend on it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of random requests in a search of a `serve` (default: 0).")
  private long seed;

  @Mixin private CacheOptions cacheOptions = new CacheOptions();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    ThreadCount.check(threads, spec);
    if (best < 1 || best > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--best %d: must be 1 to %,d".formatted(best, MOST));
    }
    SearchRun.Settings how =
        new SearchRun.Settings(
            memory == null ? OptionalLong.empty() : OptionalLong.of(memory),
            best,
            share(),
            threads);
    PlanChanges changes = settings.read(spec.commandLine().getErr());
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    String chosen =
        compiler.hasErrors()
            ? ""
            : ChosenName.of("search", "searches", file, name, compiler.searches());
    if (compiler.isOfServe(chosen)) {
      return fleets(specification, chosen);
    }
    Optional<SearchCompiler> found =
        compiler.hasErrors() ? Optional.empty() : compiler.search(chosen, changes);
    PrintWriter err = spec.commandLine().getErr();
    err.print(Rendering.of(specification.findings()));
    err.flush();
    if (found.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    SearchResult result = run(found.get(), how);
    SearchOutput output = new SearchOutput(found.get().search(), result);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      output.print(out);
    } else {
      out.print(output.text());
    }
    return result.best().isEmpty() ? Exit.WRONG_INPUT : Exit.OK;
  }

  /** Searches fleets, which serve the same requests. */
  private int fleets(Specification specification, String chosen) {
    if (near != null || memory != null || settings.isGiven()) {
      throw new ParameterException(
          spec.commandLine(),
          "search %s looks among fleets: --near, --memory and --set are for plans"
              .formatted(chosen));
    }
    TfmCompiler compiler = specification.compiler();
    Optional<ServeSearch> found = compiler.serveSearch(chosen);
    PrintWriter err = spec.commandLine().getErr();
    err.print(Rendering.of(specification.findings()));
    err.flush();
    if (found.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    ServeSearch search = found.get();
    Requests requests = ServedRequests.of(search.serving(), file, null, seed).requests();
    KnotStore store = KnotStore.of(cacheOptions.cache());
    try (Interruption interruption = Interruption.watch();
        Progress progress = Progress.of("searching")) {
      PoolBuilder builder =
          new PoolBuilder(compiler, RequestLengths.of(requests), threads, store, more -> {});
      FleetSearch.Result result =
          new FleetSearch(
                  search,
                  requests,
                  builder,
                  new FleetSearch.Settings(best, threads),
                  interruption::requested,
                  listener(progress))
              .run();
      FleetSearchOutput output = new FleetSearchOutput(search, result);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        output.print(out);
      } else {
        out.print(output.text());
      }
      return result.best().isEmpty() ? Exit.WRONG_INPUT : Exit.OK;
    } finally {
      store.keep();
    }
  }

  private double share() {
    if (near == null) {
      return 0;
    }
    Matcher matcher = SHARE.matcher(near);
    if (!matcher.matches()) {
      throw new ParameterException(
          spec.commandLine(), "--near %s: is no share such as 2%%".formatted(near));
    }
    return Double.parseDouble(matcher.group(1)) / 100;
  }

  private static SearchResult run(SearchCompiler search, SearchRun.Settings how) {
    try (Interruption interruption = Interruption.watch();
        Progress progress = Progress.of("searching")) {
      return new SearchRun(search, how, interruption::requested, listener(progress)).run();
    }
  }

  private static SearchRun.Listener listener(Progress progress) {
    return new SearchRun.Listener() {
      @Override
      public void looked(long points, long all) {
        progress.to(points, all);
      }

      @Override
      public void simulated(long plans, long all) {
        progress.to(plans, all);
      }
    };
  }
}
