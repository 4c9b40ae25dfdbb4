/**
 * AstraSim as a process: its command line, its log, and what is to be made of how it ended.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.astrasim.process;
