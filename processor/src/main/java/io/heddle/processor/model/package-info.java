/**
 * Models and plans with every name resolved, every shape known, and blocks as flat lists of
 * operations.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.model;
