package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.mesh.RingOrder;
import io.heddle.runtime.cost.CollectiveCost;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a collective takes at least, beside its events. */
final class LeastTimeTest {
  /** All ranks but one begin at once, and that one, whichever it is, begins later. */
  @Property(tries = 300)
  void someMemberIsDoneNoSoonerAfterTheLastThanAtLeast(
      @ForAll Random random,
      @ForAll @IntRange(min = 1, max = 3) int dimensions,
      @ForAll Collective collective) {
    List<Topology> topologies = List.of(Topology.values());
    List<Dimension> network = new ArrayList<>();
    int ranks = 1;
    for (int d = 0; d < dimensions; d++) {
      int size = 2 + random.nextInt(dimensions == 3 ? 2 : 4);
      Topology topology = topologies.get(random.nextInt(topologies.size()));
      network.add(new Dimension(topology, size, 1 + random.nextInt(50), random.nextInt(500)));
      ranks *= size;
    }
    RingOrder order = new RingOrder(network.stream().mapToInt(Dimension::ranks).toArray());
    Mesh mesh = new Mesh(List.of(new Axis("a", ranks)));
    Group all = new Groups(mesh, List.of(GroupKind.all("a")), order).all().get(0);
    NetworkConfig config = new NetworkConfig(network);
    String[] algorithms = new String[dimensions];
    Arrays.fill(algorithms, collective.isExchange() ? "direct" : "ring");
    SimulationInput input =
        TestMachine.input(TestMachine.system(1, 800, algorithms), config, Map.of());
    long bytes = ranks * (64L + random.nextInt(1 << 12));

    long least = new CollectiveCost(input.machine()).leastNanos(all, collective, bytes);

    int last = random.nextInt(ranks);
    long begins = 1L + random.nextInt(100);
    List<EtBytes> traces = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      traces.add(
          new EtBytes()
              .add(EtBytes.compute(0, rank == last ? begins : 0))
              .add(EtBytes.collective(1, collective, 0, bytes).after(0L)));
    }
    RecordedTimeline ran = new RecordedTimeline();
    new Simulator(input, SimulationOptions.DEFAULT).run(TestMachine.traces(traces), ran);
    long end = 0;
    for (int rank = 0; rank < ranks; rank++) {
      String span = ran.ranks.get(rank).get("1");
      end = Math.max(end, Long.parseLong(span.substring(span.lastIndexOf('.') + 1)));
    }
    assertThat(end - 1000 * begins).isGreaterThanOrEqualTo(least);
  }
}
