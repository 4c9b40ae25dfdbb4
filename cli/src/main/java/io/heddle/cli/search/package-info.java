/**
 * Looks for the best of many plans, and proves that it is. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.search;
