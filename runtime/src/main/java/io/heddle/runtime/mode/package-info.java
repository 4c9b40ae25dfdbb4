/** Four ways to the time of a step, from a full simulation to closed formulas. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.mode;
