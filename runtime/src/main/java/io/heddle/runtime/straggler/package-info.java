/** Which ranks compute slower than their device could, and by how much. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.straggler;
