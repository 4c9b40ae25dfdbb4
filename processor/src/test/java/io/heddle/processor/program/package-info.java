/** The rank-local program and its text. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.program;
