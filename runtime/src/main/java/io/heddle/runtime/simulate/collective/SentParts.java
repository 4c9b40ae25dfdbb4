package io.heddle.runtime.simulate.collective;

/**
 * What one member of a group sends to all others in an exchange, one message after the other.
 *
 * @param arrivals ns from the begin of the first message to the arrival of each, by how far it goes
 *     on the group's ring; 0 of no message
 * @param nanos until the last arrives
 * @param bytes of all
 */
public record SentParts(long[] arrivals, long nanos, long bytes) {}
