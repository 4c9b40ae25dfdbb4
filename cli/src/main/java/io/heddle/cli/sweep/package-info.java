/**
 * Runs the points of a sweep and keeps what they come to. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.sweep;
