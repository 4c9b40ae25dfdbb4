/** What was worked out before, kept in the user's cache folder under all that it depends on. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.cache;
