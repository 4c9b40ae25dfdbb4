/**
 * What was worked out before, kept in the user's cache folder under all that it depends on.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.cache;
