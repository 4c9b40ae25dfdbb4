/** How a command ends that cannot do what it is asked. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.failure;
