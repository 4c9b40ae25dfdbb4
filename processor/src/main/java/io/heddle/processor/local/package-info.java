/**
 * The program of one rank, with sizes still symbolic: what {@code explain} prints and {@code emit}
 * writes as Java.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.local;
