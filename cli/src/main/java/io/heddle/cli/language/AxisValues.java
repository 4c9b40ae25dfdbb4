package io.heddle.cli.language;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.PlanChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Values of numbers of plans that pass the checks, the other numbers being as they are. */
public final class AxisValues {
  /** Values that are tried. */
  private static final List<Integer> TRIED =
      IntStream.concat(IntStream.rangeClosed(1, 16), IntStream.of(24, 32, 48, 64, 128, 256, 512))
          .boxed()
          .toList();

  private final Optional<Analysis> analysis;

  /**
   * @param analysis of a text that could be read; empty where there was none
   */
  public AxisValues(Optional<Analysis> analysis) {
    this.analysis = analysis;
  }

  /** The values, ascending; none where the plan did not compile before. */
  public List<String> of(String plan, String number) {
    List<String> passing = new ArrayList<>();
    if (analysis.flatMap(known -> known.plan(plan)).isEmpty()) {
      return passing;
    }
    for (int value : TRIED) {
      Diagnostics unread = new Diagnostics();
      PlanChanges changes = PlanChanges.read(List.of(number + "=" + value), unread);
      if (!unread.hasErrors() && analysis.orElseThrow().compiles(plan, changes)) {
        passing.add(String.valueOf(value));
      }
    }
    return passing;
  }
}
