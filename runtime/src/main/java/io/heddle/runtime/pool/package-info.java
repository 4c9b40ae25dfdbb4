/**
 * Pools of plans that serve together: the caches that one hands to the other, and the traces of all
 * of them as one set. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.pool;
