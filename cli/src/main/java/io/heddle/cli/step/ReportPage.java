package io.heddle.cli.step;

import io.heddle.cli.html.HtmlReport;
import io.heddle.cli.html.ReportContent;
import io.heddle.cli.memory.PlanMemory;
import io.heddle.cli.option.PlanSelection.Selected;
import io.heddle.cli.option.Version;
import io.heddle.cli.result.StepResult;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** The page of a step: what it came to, and of which plan and command. */
final class ReportPage {
  private ReportPage() {}

  /**
   * The page, in HTML.
   *
   * @param simulated who simulated the step
   */
  static String of(StepResult step, String simulated, Selected selected, CommandSpec spec) {
    return HtmlReport.of(
        new ReportContent(
            step.report(),
            simulated,
            step.warnings(),
            step.timelines(),
            PlanMemory.ifCountable(selected.compiled()),
            command(spec),
            selected.specification().files().get(0).toString(),
            selected.specification().hash(),
            Version.number()));
  }

  private static List<String> command(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("heddle"));
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return words;
  }
}
