/**
 * What an editor asks of a specification: names and where they are declared, what stands at a
 * place, what a plan makes of it. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.language;
