/** What AstraSim's four configuration files say, and their readers. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.config;
