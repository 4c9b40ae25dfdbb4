/**
 * Writes a rank-local program as a Java class that flattens exactly that model. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.emit;
