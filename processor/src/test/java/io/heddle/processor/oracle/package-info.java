/** Runs programs on small arrays of real numbers, whole and on every rank of a mesh. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.oracle;
