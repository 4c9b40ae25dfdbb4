/**
 * What a trace file holds: which of its nodes are wanted, and what these add up to. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.inspect;
