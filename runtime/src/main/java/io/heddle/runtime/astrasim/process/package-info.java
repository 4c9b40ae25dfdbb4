/** AstraSim as a process: its command line, its log, and what is to be made of how it ended. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.astrasim.process;
