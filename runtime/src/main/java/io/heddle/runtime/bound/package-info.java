/** A time that no step falls below, from one walk through the work of each stage. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.bound;
