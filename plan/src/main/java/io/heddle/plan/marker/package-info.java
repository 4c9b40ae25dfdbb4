/** What a type is for those who use it. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.plan.marker;
