/**
 * The nodes of a rank: where they come from, when they are free, which lane they hold, what they
 * measured.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.workload;
