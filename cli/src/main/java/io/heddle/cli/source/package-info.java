/**
 * Reads specifications from files, with what they import. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.source;
