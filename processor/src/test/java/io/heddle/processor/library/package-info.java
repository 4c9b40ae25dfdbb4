/** Tests of the models in the built-in library. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.library;
