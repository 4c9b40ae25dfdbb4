/** Runs the points of a sweep and keeps what they come to. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.sweep;
