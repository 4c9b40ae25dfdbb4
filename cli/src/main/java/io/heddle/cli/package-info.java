/**
 * The program {@code heddle}: where a command line begins and how it ends. Internal: may change
 * with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli;
