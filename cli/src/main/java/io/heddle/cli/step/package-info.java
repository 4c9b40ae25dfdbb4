/**
 * A step that is simulated for a command, and who is told of it. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.step;
