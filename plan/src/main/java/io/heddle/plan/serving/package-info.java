/**
 * Words for how requests are served, which specifications and runs of them have in common.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.plan.serving;
