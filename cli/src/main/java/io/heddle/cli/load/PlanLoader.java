package io.heddle.cli.load;

import io.heddle.cli.source.Specification;
import io.heddle.plan.marker.Api;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.trace.Flattener;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Compiles plans of files while a program runs: for JShell, notebooks, and files that are not known
 * when Java is compiled.
 */
@Api
public final class PlanLoader {
  private PlanLoader() {}

  /**
   * The flattener of a plan.
   *
   * @param file a {@code .tfm} file, or one of the library: {@code std/models/llama3.tfm}
   * @param plan its name
   * @param settings such as {@code "tp = 4"}, as of the command's {@code --set}
   * @throws IllegalArgumentException if the plan cannot be, or there is none of that name; the
   *     message has all findings with their places
   * @throws RuntimeException if the file cannot be read, or this Java has no compiler; the message
   *     says which
   */
  public static Flattener load(Path file, String plan, String... settings) {
    Diagnostics diagnostics = new Diagnostics();
    PlanChanges changes = PlanChanges.read(List.of(settings), diagnostics);
    if (diagnostics.hasErrors()) {
      throw refused(diagnostics.all());
    }
    Specification specification = Specification.read(file);
    TfmCompiler compiler = specification.compiler();
    if (!compiler.hasErrors() && !compiler.plans().contains(plan)) {
      throw new IllegalArgumentException(
          "unknown plan `%s`: %s has %s%s"
              .formatted(
                  plan,
                  file,
                  String.join(", ", compiler.plans()),
                  Spelling.hint(plan, compiler.plans())));
    }
    Optional<Compiled> compiled =
        compiler.hasErrors() ? Optional.empty() : compiler.compile(plan, changes);
    if (compiled.isEmpty() || !compiled.get().checkPlacement()) {
      throw refused(specification.findings());
    }
    return FlattenerLoader.load(compiled.get());
  }

  private static IllegalArgumentException refused(List<Diagnostic> findings) {
    return new IllegalArgumentException(Rendering.of(findings));
  }
}
