/**
 * Long steps: once a pipeline is full, its cycles are alike, so that few of them tell of all. Why
 * that is exact: docs/folding.md. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.steady;
