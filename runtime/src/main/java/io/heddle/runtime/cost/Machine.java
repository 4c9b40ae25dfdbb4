package io.heddle.runtime.cost;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.mesh.Collective;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What costs are asked of: a network of equal ranks, what each of them sustains, and how
 * collectives are run. A cluster and AstraSim's files for it make equal machines.
 *
 * @param network the dimensions that have more than one rank; the digit of a rank that varies
 *     fastest stands first
 * @param memoryBandwidth bytes a second that a rank's memory sustains
 * @param performance operations a second that a rank sustains
 * @param implementations of each collective, for one dimension of the network after the other; one
 *     without any cannot run
 * @param optimization how an all-reduce goes through several dimensions
 * @param splits chunks that a collective is cut into; 0 if nobody said
 * @param endpointDelay ns that each end of a message takes in a collective of all ranks
 */
public record Machine(
    List<NetworkDimension> network,
    double memoryBandwidth,
    double performance,
    Map<Collective, List<Implementation>> implementations,
    CollectiveOptimization optimization,
    int splits,
    long endpointDelay) {
  /** What AstraSim takes where its system file says nothing, and always in smaller groups. */
  public static final long DEFAULT_ENDPOINT_DELAY = 10;

  /** AstraSim's GB of network bandwidth. */
  public static final double NETWORK_GIGABYTE = 1 << 30;

  /** AstraSim's GB of memory bandwidth. */
  public static final double MEMORY_GIGABYTE = 1e9;

  /** Of operations in AstraSim's files. */
  public static final double TERA = 1e12;

  public Machine {
    network = List.copyOf(network);
    Map<Collective, List<Implementation>> copy = new EnumMap<>(Collective.class);
    implementations.forEach((collective, list) -> copy.put(collective, List.copyOf(list)));
    implementations = Collections.unmodifiableMap(copy);
  }

  /**
   * The machine of a plan: collectives in one chunk, as a ring in each dimension. Rates are rounded
   * once into the units of AstraSim's files, so that AstraSim, which reads them, and the costs of
   * this machine agree to the last ns.
   */
  public static Machine of(Cluster cluster) {
    List<NetworkDimension> network = cluster.liveDimensions();
    return new Machine(
        network,
        cluster.device().sustainedBandwidth() / MEMORY_GIGABYTE * MEMORY_GIGABYTE,
        cluster.device().sustainedFlops() / TERA * TERA,
        Implementation.ofAll(Collections.nCopies(network.size(), Implementation.RING)),
        CollectiveOptimization.LOCAL_BANDWIDTH_AWARE,
        1,
        DEFAULT_ENDPOINT_DELAY);
  }

  /** Number of all ranks. */
  public int ranks() {
    int ranks = 1;
    for (NetworkDimension dimension : network) {
      ranks *= dimension.size();
    }
    return ranks;
  }
}
