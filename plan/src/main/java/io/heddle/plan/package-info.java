/** The run-time values of a plan: sizes, batch, schedule, number formats, the cluster. */
@org.jspecify.annotations.NullMarked
package io.heddle.plan;
