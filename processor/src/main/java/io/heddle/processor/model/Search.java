package io.heddle.processor.model;

/**
 * The best of many plans made of one.
 *
 * @param space the plans
 * @param aim what makes one the best
 */
public record Search(Sweep space, Aim aim) {}
