/** Files that a command writes. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.file;
