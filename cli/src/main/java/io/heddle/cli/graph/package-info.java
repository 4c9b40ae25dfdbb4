/**
 * Programs and traces as graphs, in the DOT language and as pictures. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.graph;
