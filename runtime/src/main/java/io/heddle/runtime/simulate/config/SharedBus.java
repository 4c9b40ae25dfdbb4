package io.heddle.runtime.simulate.config;

/**
 * AstraSim's LogGP model of a rank's memory bus, which takes the place of the endpoint delay.
 *
 * @param latency L, ns
 * @param overhead o, ns
 * @param gap g between two messages, ns
 * @param gapPerByte G, ns
 * @param reductionDelay ns for each 100 bytes that are reduced
 */
public record SharedBus(
    long latency, long overhead, long gap, double gapPerByte, int reductionDelay) {}
