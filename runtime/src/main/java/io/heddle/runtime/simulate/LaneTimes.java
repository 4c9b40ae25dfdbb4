package io.heddle.runtime.simulate;

/**
 * A rank's time by what its two lanes did, ns. Other than AstraSim's statistics, a receive does not
 * count while it only waits.
 *
 * @param compute the compute lane was busy
 * @param communication a send or collective held the communication lane
 * @param exposed it did, and the compute lane was idle
 * @param idle neither
 */
public record LaneTimes(long compute, long communication, long exposed, long idle) {}
