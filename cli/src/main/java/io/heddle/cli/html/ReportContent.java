package io.heddle.cli.html;

import io.heddle.cli.output.MemoryDemand;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.timeline.StageTimeline;
import java.util.List;
import java.util.Optional;

/**
 * What a page tells.
 *
 * @param simulated who simulated the step, and how
 * @param warnings of who simulated
 * @param timelines of the stages; empty if who simulated does not tell when actions ran
 * @param memory if it is known
 * @param command that does the same again, word by word
 * @param specification file that was read
 * @param hash of what it and its imports say
 * @param version of Heddle
 */
public record ReportContent(
    StepReport report,
    String simulated,
    List<String> warnings,
    List<StageTimeline> timelines,
    Optional<MemoryDemand> memory,
    List<String> command,
    String specification,
    String hash,
    String version) {
  public ReportContent {
    warnings = List.copyOf(warnings);
    timelines = List.copyOf(timelines);
    command = List.copyOf(command);
  }
}
