/** A program that looks at every node of a trace. */
@org.jspecify.annotations.NullMarked
package io.heddle.examples.sink;
