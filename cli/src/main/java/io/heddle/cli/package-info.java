/** The program {@code heddle}: where a command line begins and how it ends. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli;
