/** Simulated time: the queue of events, in primitive arrays. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.kernel;
