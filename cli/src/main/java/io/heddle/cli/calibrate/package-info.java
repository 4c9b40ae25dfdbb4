/**
 * Fits the figures of a device to measurements of its kernels. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.calibrate;
