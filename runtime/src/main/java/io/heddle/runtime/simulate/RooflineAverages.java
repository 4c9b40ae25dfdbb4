package io.heddle.runtime.simulate;

/**
 * Averages over a rank's compute nodes, each weighed with its duration.
 *
 * @param computeBound percentage of the time in nodes that reach peak performance
 * @param computeUtilization percentage of peak performance
 * @param memoryUtilization percentage of the memory's bandwidth
 * @param operationIntensity operations per byte
 */
public record RooflineAverages(
    double computeBound,
    double computeUtilization,
    double memoryUtilization,
    double operationIntensity) {}
