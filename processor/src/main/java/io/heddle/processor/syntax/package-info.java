/**
 * The text as a tree of records, each with the place it stands at; nothing is resolved yet.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.syntax;
