/**
 * What commands print: tables for people, JSON for programs, progress on a terminal. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.output;
