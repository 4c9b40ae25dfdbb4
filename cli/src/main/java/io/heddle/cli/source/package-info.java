/** Reads specifications from files, with what they import. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.source;
