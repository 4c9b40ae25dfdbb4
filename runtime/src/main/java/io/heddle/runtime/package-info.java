/** The annotation by which Java programs ask for flatteners. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime;
