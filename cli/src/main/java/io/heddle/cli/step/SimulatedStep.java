package io.heddle.cli.step;

import io.heddle.cli.result.StepResult;
import io.heddle.runtime.simulate.ChromeTrace;
import java.util.Optional;

/**
 * A step that was simulated to its end just now.
 *
 * @param timeline of all nodes, if they were recorded
 * @param isRepeatable whether it comes to the same each time
 */
public record SimulatedStep(
    StepResult result, Optional<ChromeTrace> timeline, boolean isRepeatable) {}
