/** Turns a compiled plan into a flattener that runs: its values, its generated class. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.load;
