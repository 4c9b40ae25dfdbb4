/**
 * What a kernel, a message and a collective take on a machine, in ns, as pure functions of machine
 * and work: the one place that knows it, for traces, simulator, modes and pictures alike. Internal:
 * may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.cost;
