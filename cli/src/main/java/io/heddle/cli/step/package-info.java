/** A step that is simulated for a command, and who is told of it. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.step;
