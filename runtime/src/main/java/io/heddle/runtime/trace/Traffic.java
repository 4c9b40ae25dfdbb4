package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Collective;
import java.math.BigInteger;
import java.util.List;

/**
 * All collectives of one kind over groups along the same axes.
 *
 * @param axes of the groups, outermost first
 * @param nodes one for each collective and member
 * @param bytes sum of the nodes' sizes, as {@link NodeSink#collective} counts them
 */
@Api
public record Traffic(Collective collective, List<String> axes, long nodes, BigInteger bytes) {
  public Traffic {
    axes = List.copyOf(axes);
  }
}
