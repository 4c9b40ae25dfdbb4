/** Programs that use models of this folder. */
@org.jspecify.annotations.NullMarked
package io.heddle.examples;
