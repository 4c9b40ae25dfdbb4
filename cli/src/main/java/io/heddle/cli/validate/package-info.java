/**
 * Published training steps beside Heddle's: rows become plans by a mapping, which is a file.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.validate;
