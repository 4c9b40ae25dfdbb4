/**
 * The nodes of a rank: where they come from, when they are free, which lane they hold, what they
 * measured. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.workload;
