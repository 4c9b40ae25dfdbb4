/**
 * Simulates traces on a cluster and answers as AstraSim's analytical backends do, tick for tick.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate;
