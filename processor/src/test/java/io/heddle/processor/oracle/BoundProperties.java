package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.bound.StepBound;
import io.heddle.runtime.pipeline.PipelineFlattener;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** No step ends before its bound. */
final class BoundProperties {
  private static final List<Double> TIGHTNESS = new ArrayList<>();

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs();
  }

  @AfterContainer
  static void printTightness() {
    List<Double> sorted = TIGHTNESS.stream().sorted().toList();
    if (!sorted.isEmpty()) {
      System.out.printf(
          "bound / flattened of %d random plans: least %.3f, quartiles %.3f %.3f %.3f%n",
          sorted.size(),
          sorted.get(0),
          sorted.get(sorted.size() / 4),
          sorted.get(sorted.size() / 2),
          sorted.get(sorted.size() * 3 / 4));
    }
  }

  @Property(tries = 300)
  void withoutCongestion(@ForAll("seeds") long seed) {
    assertBound(seed, Backend.CONGESTION_UNAWARE);
  }

  @Property(tries = 100)
  void withCongestion(@ForAll("seeds") long seed) {
    assertBound(seed, Backend.CONGESTION_AWARE);
  }

  /** What a search relies on: most of a space is excluded only by bounds that are tight. */
  @Example
  void halfOfThePlansAreBoundTightly() {
    Random seeds = new Random(11);
    List<Double> shares = new ArrayList<>();
    while (shares.size() < 120) {
      tightness(seeds.nextLong(), Backend.CONGESTION_UNAWARE).ifPresent(shares::add);
    }
    shares.sort(null);
    assertThat(shares.get(shares.size() / 2)).isGreaterThan(0.9);
  }

  private static void assertBound(long seed, Backend backend) {
    OptionalDouble tightness = tightness(seed, backend);
    Assume.that(tightness.isPresent());
    TIGHTNESS.add(tightness.getAsDouble());
  }

  /** The bound's share of the time of a random plan; empty where that cannot run. */
  private static OptionalDouble tightness(long seed, Backend backend) {
    Random random = new Random(seed);
    Optional<PipelineFlattener> drawn = flattener(RandomModel.text(seed), random);
    if (drawn.isEmpty()) {
      return OptionalDouble.empty();
    }
    PipelineFlattener flattener = drawn.get();
    SimulationResult result =
        new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT.with(backend))
            .run(new FlattenerWorkload(flattener));
    if (result.status() != SimulationResult.Status.OK) {
      return OptionalDouble.empty();
    }
    long bound = StepBound.nanos(flattener, backend);
    assertThat(bound).as("seed %d", seed).isBetween(0L, result.maxCycles());
    assertThat(StepBound.nanosOfPasses(flattener, backend))
        .as("seed %d, passes alone", seed)
        .isBetween(0L, bound);
    return OptionalDouble.of((double) bound / result.maxCycles());
  }

  private static Optional<PipelineFlattener> flattener(String text, Random random) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    return compiler
        .compile("P")
        .map(
            compiled -> {
              PlanValues plan = compiled.numbers().values();
              int ranks = plan.mesh().ranks();
              // From one where kernels are all to one where communication is.
              double flops = Math.pow(10, 9 + random.nextInt(4));
              Device device = new Device("any", flops, 1, 1L << 30, flops, 1);
              return new InterpretedFlattener(
                  compiled, plan.on(new Cluster("any", device, network(ranks, random))));
            });
  }

  /** Any dimensions that have as many ranks together, some with figures. */
  private static List<NetworkDimension> network(int ranks, Random random) {
    List<NetworkDimension> network = new ArrayList<>();
    boolean measured = random.nextInt(4) == 0;
    int rest = ranks;
    while (rest > 1) {
      int size = rest;
      for (int divisor = 2; divisor < rest; divisor++) {
        if (rest % divisor == 0 && random.nextInt(3) > 0) {
          size = divisor;
          break;
        }
      }
      List<Topology> topologies = List.of(Topology.values());
      Topology topology = topologies.get(random.nextInt(topologies.size()));
      double bandwidth = 1e9 * (1 + random.nextInt(9));
      List<TransferFigures> figures =
          measured
              ? Arrays.stream(MeasuredTransfer.values())
                  .map(kind -> new TransferFigures(kind, 0, 0.8 * bandwidth, 1e3, 200))
                  .toList()
              : List.of();
      network.add(
          new NetworkDimension(topology, size, bandwidth, random.nextInt(4) * 137, figures));
      rest /= size;
    }
    return network.isEmpty()
        ? List.of(new NetworkDimension(Topology.SWITCH, 1, 1e9, 100))
        : network;
  }
}
