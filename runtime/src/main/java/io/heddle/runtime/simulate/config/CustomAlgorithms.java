package io.heddle.runtime.simulate.config;

import io.heddle.plan.mesh.Collective;
import java.nio.file.Path;
import java.util.Map;

/**
 * Algorithms of collectives that are traces themselves: the member at place p runs {@code
 * prefix.p.et}.
 *
 * @param byCollective prefix of the traces for each kind of collective that has one
 * @param byNode prefix by the id of the node that runs it, which counts first
 */
public record CustomAlgorithms(Map<Collective, Path> byCollective, Map<Long, Path> byNode) {
  /** None: every collective runs by an algorithm of AstraSim's own. */
  public static final CustomAlgorithms NONE = new CustomAlgorithms(Map.of(), Map.of());

  public CustomAlgorithms {
    byCollective = Map.copyOf(byCollective);
    byNode = Map.copyOf(byNode);
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return byCollective.isEmpty() && byNode.isEmpty();
  }
}
