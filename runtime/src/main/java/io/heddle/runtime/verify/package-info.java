/**
 * Proves of a set of traces that AstraSim takes every one of them to its end. Internal: may change
 * with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.verify;
