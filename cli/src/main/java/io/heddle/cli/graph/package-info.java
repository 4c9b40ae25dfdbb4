/** Programs and traces as graphs, in the DOT language and as pictures. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.graph;
