package io.heddle.plan;

import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.RingOrder;
import java.util.List;

/**
 * The machine a plan runs on.
 *
 * @param name as declared
 * @param device of every rank
 * @param dimensions of the network, innermost first: the first digit of a rank varies fastest
 */
@Api
public record Cluster(String name, Device device, List<NetworkDimension> dimensions) {
  public Cluster {
    dimensions = List.copyOf(dimensions);
  }

  /** The dimensions that have more than one rank: those that a simulator knows. */
  public List<NetworkDimension> liveDimensions() {
    return dimensions.stream().filter(dimension -> dimension.size() > 1).toList();
  }

  /** Ranks of a node: along the innermost of several dimensions; 0 where there are no several. */
  public int nodeRanks() {
    List<NetworkDimension> live = liveDimensions();
    return live.size() < 2 ? 0 : live.get(0).size();
  }

  /** How groups are ordered so that each hop of a ring stays in one dimension of the network. */
  public RingOrder ringOrder() {
    return new RingOrder(liveDimensions().stream().mapToInt(NetworkDimension::size).toArray());
  }
}
