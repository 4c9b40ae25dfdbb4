/** In which order a pipeline stage runs its micro-batches; one small class for each schedule. */
@org.jspecify.annotations.NullMarked
package io.heddle.plan.schedule;
