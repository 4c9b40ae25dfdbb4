/**
 * Models and plans from what other programs say of them, and back. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.convert;
