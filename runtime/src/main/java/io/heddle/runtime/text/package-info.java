/** Text of unknown origin, made fit to be shown. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.text;
