package io.heddle.cli.result;

import io.heddle.runtime.compare.Comparison;
import java.util.List;

/**
 * What a comparison of modes came to.
 *
 * @param warnings that go to standard error
 */
public record ComparisonResult(Comparison comparison, List<String> warnings) {
  public ComparisonResult {
    warnings = List.copyOf(warnings);
  }
}
