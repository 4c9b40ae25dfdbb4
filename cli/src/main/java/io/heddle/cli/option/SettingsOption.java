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
        "Replace a line or a number of the plan, in the words of the language: an axis, a parameter"
            + " of the model or the cluster, batch, micro_batch, chunks (`tp=4,batch=64`), or a"
            + " line (`schedule = interleaved(chunks = 4)`, `overlap =` to remove it). May be given"
            + " several times, for other names."
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
