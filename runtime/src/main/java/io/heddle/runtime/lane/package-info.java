/** In which order the communication of a rank holds its lane. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.lane;
