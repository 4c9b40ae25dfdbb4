/** A step as one HTML file with charts, which asks nothing of a network. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.html;
