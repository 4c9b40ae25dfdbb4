/**
 * Runs the program of a plan as it is, without Java that is generated and compiled. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.interpret;
