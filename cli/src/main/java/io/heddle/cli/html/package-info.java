/**
 * A step as one HTML file with charts, which asks nothing of a network. Internal: may change with
 * any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.html;
