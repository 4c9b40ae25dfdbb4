/** A simulation that tells what it does. */
@org.jspecify.annotations.NullMarked
package io.heddle.examples.observer;
