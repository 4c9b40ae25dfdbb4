/** The commands of {@code heddle}, a class each. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.command;
