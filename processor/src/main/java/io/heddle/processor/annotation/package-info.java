/**
 * The compiler inside of javac: {@code @TransformerModel} generates, {@code @Layout} checks.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.annotation;
