/**
 * The critical path of a simulated step: how it is recorded, cut and named. Internal: may change
 * with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.path;
