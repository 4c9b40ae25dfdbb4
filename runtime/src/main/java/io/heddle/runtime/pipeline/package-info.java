/** When the stages of a pipeline ran their actions, and when they communicated. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.pipeline;
