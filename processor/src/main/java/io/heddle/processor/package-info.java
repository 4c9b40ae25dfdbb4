/**
 * The compiler and its two doors: {@link io.heddle.processor.TfmCompiler} and the annotation
 * processor.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor;
