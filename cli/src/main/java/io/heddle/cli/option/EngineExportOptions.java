package io.heddle.cli.option;

import io.heddle.cli.convert.EngineExport;
import io.heddle.cli.convert.Exported;
import io.heddle.cli.convert.InferenceEngine;
import io.heddle.cli.convert.ServedPool;
import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.output.ExportOutput;
import io.heddle.cli.request.LaunchedPools;
import io.heddle.cli.source.Specification;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.Serving;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an engine of inference is launched for, and how its commands are printed. */
public final class EngineExportOptions {
  @Mixin private PlanSelection selection = new PlanSelection();

  @Option(
      names = "--serve",
      paramLabel = "NAME",
      description =
          "`serve` to export, with one command per pool (optional if the file has only one and"
              + " no plan is named).")
  private @Nullable String serve;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Checkpoint to load, a path or a name (default: MODEL).")
  private String model = EngineExport.PLACEHOLDER;

  @Option(
      names = "--json",
      description =
          "Print JSON for each pool: the keys, the text, and plan lines without an equivalent.")
  private boolean json;

  /**
   * Exports a plan or all pools, and prints what comes of it.
   *
   * @return the exit code: 1 where some of it cannot be said
   */
  public int run(InferenceEngine engine, CommandLine command) {
    if (model.isBlank()) {
      throw Failure.usage("--model is empty: give the path or name of a checkpoint");
    }
    Optional<List<ServedPool>> pools = pools(command);
    if (pools.isEmpty()) {
      return Exit.WRONG_INPUT;
    }
    List<Exported> exported = new ArrayList<>();
    for (ServedPool pool : pools.get()) {
      exported.add(EngineExport.of(engine, pool, model));
    }
    if (json) {
      ExportOutput.json(command.getOut(), pools.get(), exported);
    } else {
      ExportOutput.text(command.getOut(), command.getErr(), pools.get(), exported);
    }
    boolean isWhole = exported.stream().allMatch(each -> each.lost().isEmpty());
    return isWhole ? Exit.OK : Exit.WRONG_INPUT;
  }

  private Optional<List<ServedPool>> pools(CommandLine command) {
    if (serve != null && selection.namesMore()) {
      throw Failure.usage("--serve names the plans of its pools: leave out --plan and --set");
    }
    if (serve == null && selection.namesMore()) {
      return plan(command);
    }
    Specification specification = Specification.read(selection.file());
    TfmCompiler compiler = specification.compiler();
    if (serve == null && compiler.serves().isEmpty()) {
      return plan(command);
    }
    Optional<List<ServedPool>> pools = compiler.hasErrors() ? Optional.empty() : pools(compiler);
    command.getErr().print(Rendering.of(specification.findings()));
    command.getErr().flush();
    return pools;
  }

  private Optional<List<ServedPool>> plan(CommandLine command) {
    return selection
        .select(command.getErr())
        .map(plan -> List.of(new ServedPool(List.of(plan.compiled()), Optional.empty())));
  }

  private Optional<List<ServedPool>> pools(TfmCompiler compiler) {
    Optional<Serving> serving =
        compiler.serve(
            ChosenName.of("serve", "serves", selection.file(), serve, compiler.serves()));
    return serving.map(found -> LaunchedPools.of(compiler, found, selection.file()));
  }
}
