/**
 * Which tensors a rank holds and when, as AstraSim keeps account of them. Internal: may change with
 * any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.memory;
