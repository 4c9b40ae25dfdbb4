/** A layout that is checked when Java is compiled. */
@org.jspecify.annotations.NullMarked
package io.heddle.examples.layout;
