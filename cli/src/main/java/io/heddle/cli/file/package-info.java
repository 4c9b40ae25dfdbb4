/** Files that a command writes. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.file;
