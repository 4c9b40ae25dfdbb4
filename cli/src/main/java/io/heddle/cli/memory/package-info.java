/** What the ranks of a plan hold in memory. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.memory;
