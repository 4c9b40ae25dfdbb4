/** Tests of the checks of a plan's numbers. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.check;
