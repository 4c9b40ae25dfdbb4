/** Every plan of a list, simulated. */
@org.jspecify.annotations.NullMarked
package io.heddle.examples.sweep;
