package io.heddle.cli.option;

import io.heddle.cli.failure.Failure;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.model.PlanChanges;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option {@code --set}, the same for every command that takes a plan. */
public final class SettingsOption {
  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = {
        "Replace a number or a line of the plan, in the syntax of the language. Numbers: axes,"
            + " parameters of the model or the cluster, batch, micro_batch, chunks"
            + " (`tp=4,batch=64`). Lines: `schedule = interleaved(chunks = 4)`; `overlap =`"
            + " removes one. Can be repeated."
      })
  private List<String> texts = new ArrayList<>();

  /** As they were given. */
  List<String> texts() {
    return texts;
  }

  /** Whether anything is set. */
  public boolean isGiven() {
    return !texts.isEmpty();
  }

  /**
   * What is set.
   *
   * @param err receives what is wrong with it
   * @throws Failure if it cannot be read
   */
  public PlanChanges read(PrintWriter err) {
    Diagnostics diagnostics = new Diagnostics();
    PlanChanges changes = PlanChanges.read(texts, diagnostics);
    if (diagnostics.hasErrors()) {
      List<Diagnostic> findings = diagnostics.all();
      err.print(Rendering.of(findings));
      err.flush();
      Diagnostic first = findings.get(0);
      throw Failure.usage("--set %s: %s".formatted(first.span().source().text(), first.message()));
    }
    return changes;
  }
}
