/**
 * What the compiler has to say about a file, and how it is shown. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.diagnose;
