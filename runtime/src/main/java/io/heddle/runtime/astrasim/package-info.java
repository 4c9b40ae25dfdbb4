/**
 * A folder that AstraSim runs as it is: traces of all ranks and the configuration files beside
 * them.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.astrasim;
