/** Traces written from Java. */
@org.jspecify.annotations.NullMarked
package io.heddle.examples.traces;
