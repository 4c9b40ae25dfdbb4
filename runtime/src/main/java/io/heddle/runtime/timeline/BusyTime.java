package io.heddle.runtime.timeline;

/**
 * A time in which something was busy, perhaps not all of the time.
 *
 * @param start tick, ns
 * @param end tick, ns, after {@code start}
 * @param busy ns of it, at most {@code end - start}
 */
public record BusyTime(long start, long end, long busy) {}
