/**
 * Models and plans with every name resolved, every shape known, and blocks as flat lists of
 * operations. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.model;
