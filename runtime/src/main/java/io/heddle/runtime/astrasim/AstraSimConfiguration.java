package io.heddle.runtime.astrasim;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.mesh.Group;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** The texts of AstraSim's configuration files for a cluster. */
public final class AstraSimConfiguration {
  public static final String SYSTEM = "system.json";
  public static final String NETWORK = "network.yml";
  public static final String MEMORY = "memory.json";
  public static final String GROUPS = "comm_group.json";

  /** AstraSim's GB of network bandwidth. */
  private static final double NETWORK_GIGABYTE = 1L << 30;

  /** AstraSim's GB of memory bandwidth. */
  private static final double MEMORY_GIGABYTE = 1e9;

  private static final double TERA = 1e12;

  private static final List<String> COLLECTIVES =
      List.of("all-reduce", "all-gather", "reduce-scatter", "all-to-all");

  private AstraSimConfiguration() {}

  /**
   * {@code system.json}: every collective is a ring in each dimension of the network, kernels last
   * as the roofline of what the device sustains says.
   */
  public static byte[] system(Cluster cluster) {
    Map<String, Object> system = new LinkedHashMap<>();
    system.put("scheduling-policy", "LIFO");
    system.put("endpoint-delay", 10);
    system.put("active-chunks-per-dimension", 1);
    system.put("preferred-dataset-splits", 1);
    int dimensions = cluster.liveDimensions().size();
    for (String collective : COLLECTIVES) {
      // As a ring, an all-to-all takes n(n-1)/2 steps.
      String algorithm = collective.equals("all-to-all") ? "direct" : "ring";
      system.put(collective + "-implementation", Collections.nCopies(dimensions, algorithm));
    }
    system.put("collective-optimization", "localBWAware");
    system.put("local-mem-bw", cluster.device().sustainedBandwidth() / MEMORY_GIGABYTE);
    system.put("peak-perf", cluster.device().sustainedFlops() / TERA);
    system.put("roofline-enabled", 1);
    return Json.bytes(system);
  }

  /**
   * {@code network.yml}: the dimensions with more than one rank, innermost first; bandwidth in
   * units of 2^30 bytes a second, latency in ns.
   */
  public static byte[] network(Cluster cluster) {
    List<NetworkDimension> live = cluster.liveDimensions();
    Map<String, Object> network = new LinkedHashMap<>();
    network.put("topology", live.stream().map(d -> d.topology().astraSimName()).toList());
    network.put("npus_count", live.stream().map(NetworkDimension::size).toList());
    network.put(
        "bandwidth",
        live.stream().map(d -> Json.shortest(d.bandwidth() / NETWORK_GIGABYTE)).toList());
    network.put("latency", live.stream().map(d -> Json.shortest(d.latencyNanos())).toList());
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.AUTO)
            .setWidth(Integer.MAX_VALUE)
            .setBestLineBreak("\n")
            .build();
    return new Dump(settings).dumpToString(network).getBytes(StandardCharsets.UTF_8);
  }

  /** {@code memory.json}: traces move nothing to a remote memory. */
  public static byte[] memory() {
    return Json.bytes(Map.of("memory-type", "NO_MEMORY_EXPANSION"));
  }

  /** {@code comm_group.json}: members of each group in the order of its ring, by id. */
  public static byte[] groups(Collection<Group> groups) {
    Map<Integer, int[]> rings = new TreeMap<>();
    groups.forEach(group -> rings.put(group.id(), group.ring()));
    return Json.bytes(rings);
  }
}
