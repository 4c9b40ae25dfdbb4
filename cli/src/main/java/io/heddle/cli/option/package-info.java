/**
 * Options that several commands have, as they are given, and what they stand for. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.option;
