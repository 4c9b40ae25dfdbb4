package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;

/**
 * Operands of a product that are quantised.
 *
 * @param quantising bytes that the kernel reads and writes to quantise them itself; 0 where earlier
 *     kernels did
 */
@Api
public record QuantisedOperands(long quantising) {}
