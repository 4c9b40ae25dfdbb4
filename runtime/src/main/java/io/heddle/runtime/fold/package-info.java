/**
 * Which ranks are alike, so that one of them can stand for all. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.fold;
