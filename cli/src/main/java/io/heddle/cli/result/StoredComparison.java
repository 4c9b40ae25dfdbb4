package io.heddle.cli.result;

import io.heddle.plan.PlanValues;
import io.heddle.runtime.compare.Comparison;
import io.heddle.runtime.compare.Difference;
import io.heddle.runtime.compare.ModeResult;
import io.heddle.runtime.mode.Mode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A {@link ComparisonResult} as it is kept. */
record StoredComparison(
    Map<Mode, StoredMode> modes, List<Difference> differences, List<String> warnings) {
  /** A {@link ModeResult} as it is kept. */
  record StoredMode(StoredReport report, long wallNanos) {}

  static StoredComparison of(ComparisonResult result) {
    Map<Mode, StoredMode> modes = new EnumMap<>(Mode.class);
    result
        .comparison()
        .modes()
        .forEach(
            (mode, one) ->
                modes.put(mode, new StoredMode(StoredReport.of(one.report()), one.wallNanos())));
    return new StoredComparison(modes, result.comparison().differences(), result.warnings());
  }

  ComparisonResult result(PlanValues plan) {
    Map<Mode, ModeResult> all = new EnumMap<>(Mode.class);
    modes.forEach(
        (mode, one) -> all.put(mode, new ModeResult(one.report().report(plan), one.wallNanos())));
    return new ComparisonResult(new Comparison(all, differences), warnings);
  }
}
