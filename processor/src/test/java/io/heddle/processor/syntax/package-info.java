/** Tests of the reader. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.syntax;
