/** Figures of a machine: what its kernels really reach. */
@org.jspecify.annotations.NullMarked
package io.heddle.plan.figure;
