/**
 * In which order a pipeline stage runs its micro-batches; one small class for each schedule.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.plan.schedule;
