/**
 * What AstraSim's four configuration files say, and their readers. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.config;
