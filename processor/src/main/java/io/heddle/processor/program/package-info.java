/**
 * The program of one rank, with sizes still symbolic: what {@code explain} prints and {@code emit}
 * writes as Java. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.program;
