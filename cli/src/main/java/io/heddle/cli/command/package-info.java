/** The commands of {@code heddle}, a class each. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.command;
