/** What a trace consists of, who emits its nodes and who receives them. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.trace;
