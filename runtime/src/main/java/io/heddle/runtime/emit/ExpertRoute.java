package io.heddle.runtime.emit;

import io.heddle.plan.expert.ExpertShares;
import java.util.List;

/**
 * How rows of tokens go to their experts where these do not all get as many.
 *
 * @param shares rows between ranks
 * @param axes that split the experts, outermost first; empty where every rank has all experts
 * @param evenRows rows of all experts of a rank, of which sizes of kernels and collectives are made
 */
public record ExpertRoute(ExpertShares shares, List<String> axes, long evenRows) {
  public ExpertRoute {
    axes = List.copyOf(axes);
  }
}
