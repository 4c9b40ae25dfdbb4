package io.heddle.cli;

import io.heddle.cli.PlanSelection.Selected;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.html.HtmlReport;
import io.heddle.cli.html.ReportContent;
import io.heddle.cli.output.MemoryDemand;
import io.heddle.runtime.pipeline.StageTimeline;
import io.heddle.runtime.report.StepReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Makes the page of a run. */
final class ReportPage {
  private ReportPage() {}

  /**
   * The page, in HTML.
   *
   * @param simulated who simulated the step, and how
   * @param timelines of the stages; empty if they are not known
   */
  static String of(
      StepReport report,
      String simulated,
      List<String> warnings,
      List<StageTimeline> timelines,
      Selected selected,
      CommandSpec spec) {
    return HtmlReport.of(
        new ReportContent(
            report,
            simulated,
            warnings,
            timelines,
            memory(selected),
            command(spec),
            selected.specification().files().get(0).toString(),
            selected.specification().hash(),
            Version.number()));
  }

  /** Empty if it is too large to be counted. */
  private static Optional<MemoryDemand> memory(Selected selected) {
    try {
      return Optional.of(PlanMemory.of(selected.compiled(), selected.settings()));
    } catch (Failure tooLarge) {
      return Optional.empty();
    }
  }

  private static List<String> command(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("heddle"));
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return words;
  }
}
