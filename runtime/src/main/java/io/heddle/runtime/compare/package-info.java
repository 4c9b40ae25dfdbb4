/**
 * Puts the modes side by side and says what makes them differ. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.compare;
