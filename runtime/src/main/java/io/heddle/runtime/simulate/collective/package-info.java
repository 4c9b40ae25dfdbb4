/** Collectives as chunks, phases, queues and algorithms. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.collective;
