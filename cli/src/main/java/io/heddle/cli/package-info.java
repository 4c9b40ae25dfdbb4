/** The command {@code heddle}: one class for each of its commands. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli;
