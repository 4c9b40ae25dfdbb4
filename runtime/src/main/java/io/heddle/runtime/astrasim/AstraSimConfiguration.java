package io.heddle.runtime.astrasim;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.cost.Machine;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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

  /** Exchanges behind all others. */
  private static final List<Collective> COLLECTIVES =
      Arrays.stream(Collective.values())
          .sorted(Comparator.comparing(Collective::isExchange))
          .toList();

  private AstraSimConfiguration() {}

  /**
   * {@code system.json}: collectives are run as the {@link Machine} of the cluster runs them,
   * kernels last as the roofline of what the device sustains says.
   */
  public static byte[] system(Cluster cluster) {
    return system(cluster, false);
  }

  /**
   * The same.
   *
   * @param tracked whether AstraSim keeps account of the tensors of a rank
   */
  public static byte[] system(Cluster cluster, boolean tracked) {
    Machine machine = Machine.of(cluster);
    Map<String, Object> system = new LinkedHashMap<>();
    system.put("scheduling-policy", "LIFO");
    system.put("endpoint-delay", machine.endpointDelay());
    system.put("active-chunks-per-dimension", 1);
    system.put("preferred-dataset-splits", machine.splits());
    for (Collective collective : COLLECTIVES) {
      List<Implementation> named = machine.implementations().getOrDefault(collective, List.of());
      system.put(
          Implementation.key(collective),
          named.stream().map(Implementation::astraSimName).toList());
    }
    system.put("collective-optimization", machine.optimization().astraSimName());
    system.put("local-mem-bw", cluster.device().sustainedBandwidth() / Machine.MEMORY_GIGABYTE);
    system.put("peak-perf", cluster.device().sustainedFlops() / Machine.TERA);
    system.put("roofline-enabled", 1);
    if (tracked) {
      system.put("track-local-mem", 1);
    }
    return ManifestJson.bytes(system);
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
        live.stream()
            .map(d -> ManifestJson.shortest(d.bandwidth() / Machine.NETWORK_GIGABYTE))
            .toList());
    network.put(
        "latency", live.stream().map(d -> ManifestJson.shortest(d.latencyNanos())).toList());
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
    return ManifestJson.bytes(Map.of("memory-type", "NO_MEMORY_EXPANSION"));
  }

  /** {@code comm_group.json}: members of each group in the order of its ring, by id. */
  public static byte[] groups(Collection<Group> groups) {
    SortedMap<Integer, int[]> rings = new TreeMap<>();
    groups.forEach(group -> rings.put(group.id(), group.ring()));
    return groups(rings);
  }

  /** The same of rings by id. */
  static byte[] groups(SortedMap<Integer, int[]> rings) {
    return ManifestJson.bytes(rings);
  }
}
