package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.RingOrder;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.NetworkConfig.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A group of 16 ranks on two of four nodes. AstraSim charges a hop in the lowest dimension in which
 * two ranks differ: in plain order the hop from rank 7 to rank 8, which leaves the node, costs a
 * hop inside it. In reflected order every hop between nodes is charged as one.
 */
class SlowHopTest {
  private static final long BYTES = 1 << 20;
  private static final int MEMBERS = 16;
  private static final int RANKS = 32;
  private static final double GIGABYTE = (1 << 30) / 1e9;

  private final NetworkConfig network =
      new NetworkConfig(
          List.of(
              new Dimension(Topology.SWITCH, 8, 400, 500),
              new Dimension(Topology.SWITCH, 4, 25, 2000)));

  @Test
  void slowHopsAreChargedInReflectedOrderAndOnlyThere() {
    List<Integer> members = IntStream.range(0, MEMBERS).boxed().toList();
    int[] plain = members.stream().mapToInt(Integer::intValue).toArray();
    int[] reflected = new RingOrder(8, 4).order(members);
    assertThat(reflected).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 15, 14, 13, 12, 11, 10, 9, 8);

    long fast = (long) (2 * 500 + BYTES / (400 * GIGABYTE));
    long slow = (long) (2 * 2000 + BYTES / (25 * GIGABYTE));
    // Of the 15 hops of a shard on its way round, two leave a node, unless it started behind one.
    assertThat(cycles(plain)).isEqualTo(MEMBERS * 10 + 15 * fast);
    assertThat(cycles(reflected)).isEqualTo(MEMBERS * 10 + 13 * fast + 2 * slow);
  }

  private long cycles(int[] ring) {
    List<EtBytes> traces = new ArrayList<>();
    for (int rank = 0; rank < RANKS; rank++) {
      EtBytes.Node node =
          rank < MEMBERS
              ? EtBytes.collective(1, Collective.ALL_GATHER, 1, BYTES)
              : EtBytes.compute(1, 1);
      traces.add(new EtBytes().add(node));
    }
    SimulationInput input =
        TestMachine.input(TestMachine.system(1, 1600, "ring", "ring"), network, Map.of(1, ring));
    SimulationResult result =
        new Simulator(input, SimulationOptions.DEFAULT).run(TestMachine.traces(traces));
    assertThat(result.ranks()).hasSize(RANKS);
    return result.maxCycles();
  }
}
