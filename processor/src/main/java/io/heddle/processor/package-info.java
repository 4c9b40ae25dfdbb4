/**
 * The compiler and its two doors: {@link io.heddle.processor.TfmCompiler} and the annotation
 * processor. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor;
