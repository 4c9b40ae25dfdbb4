/** How a command ends that cannot do what it is asked. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.failure;
