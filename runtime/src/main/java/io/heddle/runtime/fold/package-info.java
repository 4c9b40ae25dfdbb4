/** Which ranks are alike, so that one of them can stand for all. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.fold;
