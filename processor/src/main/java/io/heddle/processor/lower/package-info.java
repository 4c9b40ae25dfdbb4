/**
 * From the mathematics of a block to the program of one rank: assignments, collectives, backward.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.lower;
