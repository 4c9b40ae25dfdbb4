/** Tests of how blocks become programs of one rank. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.lower;
