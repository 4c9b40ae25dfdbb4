/**
 * When the stages of a pipeline ran their actions, and when they communicated. Internal: may change
 * with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.pipeline;
