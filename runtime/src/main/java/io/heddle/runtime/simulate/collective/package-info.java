/** Collectives as chunks, phases, queues and algorithms. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.collective;
