/** Formats files. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.syntax.format;
