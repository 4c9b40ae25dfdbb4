/** Puts the modes side by side and says what makes them differ. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.compare;
