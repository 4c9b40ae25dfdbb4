/**
 * What a trace consists of, nodes and kernels, the flattener that is asked for it, and the sinks
 * that take it. It does not know who makes nodes.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.trace;
