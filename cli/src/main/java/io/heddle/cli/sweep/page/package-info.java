/**
 * Results of a sweep as one HTML file, which asks nothing of a network. Internal: may change with
 * any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.sweep.page;
