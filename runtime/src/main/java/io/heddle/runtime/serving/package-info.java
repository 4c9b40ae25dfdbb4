/**
 * Requests under load: who arrives when, which of them an engine's scheduler puts into a step, what
 * their caches hold, and how long each waits. How long a step takes is asked of others. Internal:
 * may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.serving;
