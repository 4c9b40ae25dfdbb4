/**
 * Simulated time: the queue of events, in primitive arrays. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.kernel;
