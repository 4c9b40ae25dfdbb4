package io.heddle.runtime.compare;

import io.heddle.runtime.report.StepReport;

/**
 * What one mode says of a step.
 *
 * @param wallNanos how long it took to say so
 */
public record ModeResult(StepReport report, long wallNanos) {}
