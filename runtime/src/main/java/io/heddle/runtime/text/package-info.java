/** Text of unknown origin, made fit to be shown. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.text;
