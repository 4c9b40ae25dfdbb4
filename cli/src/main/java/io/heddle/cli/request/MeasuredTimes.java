package io.heddle.cli.request;

/**
 * Times that were measured of requests, in their order; seconds.
 *
 * @param ttft from arrival to the first token
 * @param endToEnd from arrival to the last token
 */
@SuppressWarnings("ArrayRecordComponent")
public record MeasuredTimes(double[] ttft, double[] endToEnd) {}
