/**
 * The pipeline of a plan: which passes a rank makes in which order, its messages to other stages,
 * and the base of generated flatteners. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.pipeline;
