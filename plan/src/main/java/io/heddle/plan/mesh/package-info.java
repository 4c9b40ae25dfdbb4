/** How ranks are numbered, and which of them talk to each other. */
@org.jspecify.annotations.NullMarked
package io.heddle.plan.mesh;
