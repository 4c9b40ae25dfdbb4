/**
 * Pools of plans as traces: what a `serve` with two pools is compiled to. Internal: may change with
 * any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.pool;
