/** What a simulated training step came to: its times, by rank and stage, and how well it ran. */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.report;
