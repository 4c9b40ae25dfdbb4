/**
 * From the mathematics of a block to the program of one rank: assignments, collectives, backward.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.lower;
