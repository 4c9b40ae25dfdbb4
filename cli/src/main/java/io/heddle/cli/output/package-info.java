/** What commands print: tables for people, JSON for programs, progress on a terminal. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.output;
