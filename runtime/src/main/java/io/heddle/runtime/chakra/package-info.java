/** Chakra execution traces as files: one rank's nodes written and read. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.chakra;
