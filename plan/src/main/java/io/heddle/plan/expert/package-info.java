/**
 * How many rows of tokens each expert gets, where not all get as many. Internal: may change with
 * any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.plan.expert;
