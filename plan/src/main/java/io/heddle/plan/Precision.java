package io.heddle.plan;

import io.heddle.plan.marker.Api;

/**
 * Number formats of a plan.
 *
 * @param tensors activations, their gradients, and weights as the kernels read them
 * @param gradients weight gradients: accumulated and reduced in this format
 */
@Api
public record Precision(NumberFormat tensors, NumberFormat gradients) {}
