package io.heddle.runtime.simulate.workload;

/**
 * Something about a trace that AstraSim takes without a word, and its author hardly meant.
 *
 * @param malformed whether some of the trace is lost
 * @param text what is odd; a sentence without a full stop
 */
public record Oddity(boolean malformed, String text) {}
