/** What the ranks of a plan hold in memory. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.memory;
