/**
 * In which order the communication of a rank holds its lane. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.lane;
