/**
 * The goal that generates flatteners from {@code .tfm} files. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.maven;
