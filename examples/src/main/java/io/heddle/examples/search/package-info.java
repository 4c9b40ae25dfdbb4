/** The best plan of a list, found without simulating them all. */
@org.jspecify.annotations.NullMarked
package io.heddle.examples.search;
