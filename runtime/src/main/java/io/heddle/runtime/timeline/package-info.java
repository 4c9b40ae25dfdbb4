/**
 * What holds the lanes of a rank and when: the order that its trace has, and the times of a
 * simulated step. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.timeline;
