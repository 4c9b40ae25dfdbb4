/** The sorts of communication of a plan, and what they took of the time of ranks. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.communication;
