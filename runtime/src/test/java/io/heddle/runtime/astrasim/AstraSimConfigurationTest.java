package io.heddle.runtime.astrasim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.mesh.RingOrder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class AstraSimConfigurationTest {
  private static final Cluster POD =
      new Cluster(
          "Pod64",
          new Device("H100", 989e12, 0.7, 80_000_000_000L, 3350e9, 0.8),
          List.of(
              new NetworkDimension(Topology.SWITCH, 8, 450e9, 500),
              new NetworkDimension(Topology.FULLY_CONNECTED, 1, 1e9, 1),
              new NetworkDimension(Topology.RING, 8, 50e9, 2000.5)));

  @Test
  void theNetworkHasLiveDimensionsInUnitsOfTwoToTheThirty() {
    assertThat(text(AstraSimConfiguration.network(POD)))
        .isEqualTo(
            """
            topology: [Switch, Ring]
            npus_count: [8, 8]
            bandwidth: [419.09515857696533, 46.566128730773926]
            latency: [500.0, 2000.5]
            """);
  }

  /** The unit is a power of two: AstraSim's multiplication gives our bytes a second back. */
  @Property
  void bandwidthIsExact(@ForAll @DoubleRange(min = 1, max = 1e15) double bandwidth) {
    Cluster cluster =
        new Cluster(
            "Pod", POD.device(), List.of(new NetworkDimension(Topology.RING, 2, bandwidth, 0)));
    Map<?, ?> network =
        (Map<?, ?>)
            new Load(LoadSettings.builder().build())
                .loadFromString(text(AstraSimConfiguration.network(cluster)));
    assertThat(network.get("bandwidth"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .singleElement()
        .isInstanceOfSatisfying(
            Double.class, read -> assertThat(read * (1L << 30)).isEqualTo(bandwidth));
  }

  @Test
  void theSystemHasOneAlgorithmForEachLiveDimension() {
    assertThat(text(AstraSimConfiguration.system(POD)))
        .isEqualTo(
            """
            {
              "scheduling-policy" : "LIFO",
              "endpoint-delay" : 10,
              "active-chunks-per-dimension" : 1,
              "preferred-dataset-splits" : 1,
              "all-reduce-implementation" : [ "ring", "ring" ],
              "all-gather-implementation" : [ "ring", "ring" ],
              "reduce-scatter-implementation" : [ "ring", "ring" ],
              "all-to-all-implementation" : [ "direct", "direct" ],
              "collective-optimization" : "localBWAware",
              "local-mem-bw" : 2680.0,
              "peak-perf" : 692.3,
              "roofline-enabled" : 1
            }
            """);
  }

  @Test
  void nothingGoesToRemoteMemory() {
    assertThat(text(AstraSimConfiguration.memory()))
        .isEqualTo("{\n  \"memory-type\" : \"NO_MEMORY_EXPANSION\"\n}\n");
  }

  @Test
  void groupsListTheirRings() throws IOException {
    Groups groups =
        new Groups(
            new Mesh(List.of(new Axis("dp", 8), new Axis("tp", 2))),
            List.of(GroupKind.all("tp"), GroupKind.all("dp", "tp")),
            new RingOrder(2, 8));
    JsonNode json = new ObjectMapper().readTree(AstraSimConfiguration.groups(groups.all()));
    assertThat(json.size()).isEqualTo(groups.all().size());
    List<Integer> ids = new ArrayList<>();
    json.fieldNames().forEachRemaining(id -> ids.add(Integer.valueOf(id)));
    assertThat(ids).isSorted();
    groups
        .all()
        .forEach(
            group ->
                assertThat(json.get(Integer.toString(group.id())).toString())
                    .isEqualTo(java.util.Arrays.toString(group.ring()).replace(" ", "")));
    assertThat(text(AstraSimConfiguration.groups(List.of()))).isEqualTo("{ }\n");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
