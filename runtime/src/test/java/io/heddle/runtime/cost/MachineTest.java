package io.heddle.runtime.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.astrasim.AstraSimConfiguration;
import io.heddle.runtime.simulate.EtBytes;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.TestMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** A cluster and its AstraSim files are one machine, and its costs are the simulator's ticks. */
final class MachineTest {
  @Provide
  Arbitrary<Cluster> clusters() {
    Arbitrary<Device> devices =
        Combinators.combine(
                Arbitraries.doubles().between(1e9, 5e15),
                Arbitraries.doubles().between(0.1, 1),
                Arbitraries.doubles().between(1e9, 8e12),
                Arbitraries.doubles().between(0.1, 1))
            .as(
                (flops, reached, bandwidth, sustained) ->
                    new Device("chip", flops, reached, 1L << 36, bandwidth, sustained));
    Arbitrary<NetworkDimension> dimensions =
        Combinators.combine(
                Arbitraries.of(Topology.values()),
                Arbitraries.integers().between(1, 5),
                Arbitraries.doubles().between(1e8, 900e9),
                Arbitraries.doubles().between(0, 5000))
            .as(NetworkDimension::new);
    return Combinators.combine(devices, dimensions.list().ofMinSize(1).ofMaxSize(3))
        .as((device, network) -> new Cluster("box", device, network))
        .filter(cluster -> !cluster.liveDimensions().isEmpty());
  }

  @Property(tries = 50)
  void clusterAndFilesAreOneMachine(@ForAll @From("clusters") Cluster cluster) throws IOException {
    Path folder = Files.createTempDirectory("heddle-machine");
    Path system = folder.resolve(AstraSimConfiguration.SYSTEM);
    Path network = folder.resolve(AstraSimConfiguration.NETWORK);
    try {
      Files.write(system, AstraSimConfiguration.system(cluster));
      Files.write(network, AstraSimConfiguration.network(cluster));
      SimulationInput read =
          SimulationInput.read(system, network, Optional.empty(), Optional.empty());
      assertThat(read.machine()).isEqualTo(Machine.of(cluster));
    } finally {
      Files.delete(system);
      Files.delete(network);
      Files.delete(folder);
    }
    assertThat(SimulationInput.of(cluster).machine()).isEqualTo(Machine.of(cluster));
  }

  private static long simulated(Cluster cluster, List<EtBytes> traces) {
    SimulationResult result =
        new Simulator(SimulationInput.of(cluster), SimulationOptions.DEFAULT)
            .run(TestMachine.traces(traces));
    assertThat(result.diagnosis()).isEmpty();
    return result.maxCycles();
  }

  /** Every rank has a kernel of a byte, but for two that may have none. */
  private static List<EtBytes> traces(Cluster cluster, int one, int other) {
    List<EtBytes> traces = new ArrayList<>();
    for (int rank = 0; rank < Machine.of(cluster).ranks(); rank++) {
      EtBytes trace = new EtBytes();
      traces.add(rank == one || rank == other ? trace : trace.add(kernel(few(cluster), 1)));
    }
    return traces;
  }

  /** Operations of a kernel that takes a device a little time, but some. */
  private static long few(Cluster cluster) {
    KernelCost cost = new KernelCost(Machine.of(cluster));
    long operations = 1;
    while (cost.nanos(operations, 1) == 0) {
      operations *= 2;
    }
    return operations;
  }

  private static EtBytes.Node kernel(long operations, long bytes) {
    return EtBytes.compute(1, 0).with("num_ops", operations).with("tensor_size", bytes);
  }

  @Property(tries = 100)
  void messageTakesTheSimulatorsTicks(
      @ForAll @From("clusters") Cluster cluster,
      @ForAll @IntRange(max = 1000) int sender,
      @ForAll @IntRange(max = 1000) int away,
      @ForAll @LongRange(min = 1, max = 1L << 40) long bytes) {
    int ranks = Machine.of(cluster).ranks();
    int from = sender % ranks;
    int to = (from + 1 + away % (ranks - 1)) % ranks;
    List<EtBytes> traces = traces(cluster, from, to);
    traces.get(from).add(EtBytes.send(1, to, 1, bytes));
    traces.get(to).add(EtBytes.receive(1, from, 1, bytes));
    long others = ranks == 2 ? 0 : new KernelCost(Machine.of(cluster)).nanos(few(cluster), 1);
    long nanos = new MessageCost(Machine.of(cluster)).nanos(from, to, bytes);
    // AstraSim fails where a message takes no time.
    Assume.that(nanos > 0);
    assertThat(Math.max(others, nanos)).isEqualTo(simulated(cluster, traces));
  }

  @Property(tries = 100)
  void kernelTakesTheSimulatorsTicks(
      @ForAll @From("clusters") Cluster cluster,
      @ForAll @LongRange(max = 1L << 50) long more,
      @ForAll @LongRange(min = 1, max = 1L << 40) long bytes) {
    long operations = few(cluster) + more;
    List<EtBytes> traces = traces(cluster, 0, 0);
    traces.get(0).add(kernel(operations, bytes));
    assertThat(new KernelCost(Machine.of(cluster)).nanos(operations, bytes))
        .isEqualTo(simulated(cluster, traces));
  }
}
