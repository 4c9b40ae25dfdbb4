package io.heddle.runtime.mode;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.cost.Costs;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.trace.Emission;
import java.util.ArrayList;
import java.util.List;
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
import net.jqwik.api.constraints.Size;

/** A pass of one collective takes by formula what it takes in the simulator. */
final class ComputedPassesTest {
  @Provide
  Arbitrary<NetworkDimension> dimensions() {
    return Combinators.combine(
            Arbitraries.of(Topology.values()),
            Arbitraries.of(2, 4, 6),
            Arbitraries.doubles().between(1e9, 900e9),
            Arbitraries.doubles().between(0, 5000))
        .as(NetworkDimension::new);
  }

  @Property(tries = 300)
  void isTheSimulatorsTime(
      @ForAll @Size(min = 1, max = 3) List<@From("dimensions") NetworkDimension> network,
      @ForAll @IntRange(min = 1, max = 7) int along,
      @ForAll Collective collective,
      @ForAll @LongRange(min = 1, max = 1L << 34) long bytes)
      throws UnfinishedStepException {
    List<Axis> axes = new ArrayList<>();
    List<String> members = new ArrayList<>();
    // Axes of the mesh are not those of the network: halves of it, from the outside in.
    for (int d = network.size() - 1; d >= 0; d--) {
      axes.add(new Axis("outer" + d, 2));
      axes.add(new Axis("inner" + d, network.get(d).size() / 2));
    }
    for (int i = 0; i < axes.size(); i++) {
      if (((along >> (i % 3)) & 1) == 1) {
        members.add(axes.get(i).name());
      }
    }
    boolean hasPeers = axes.stream().anyMatch(a -> a.size() > 1 && members.contains(a.name()));
    Assume.that(hasPeers);
    OneCollective program = new OneCollective(axes, network, members, collective, bytes);
    Stages stages = new Stages(program);
    PassKinds kinds = PassKinds.of(program, stages);
    SimulationInput machine = SimulationInput.of(program);
    PassTimes simulated =
        SimulatedPasses.of(
            program,
            kinds,
            machine,
            Emission.WHOLE,
            SimulationOptions.DEFAULT,
            StepProgress.SILENT);
    PassTimes computed = new ComputedPasses(program, stages, kinds, Costs.of(machine.machine()));
    for (PassKind kind : kinds.all()) {
      assertThat(computed.of(0, kind).nanos()).isEqualTo(simulated.of(0, kind).nanos());
      assertThat(computed.of(0, kind).compute()).isEqualTo(simulated.of(0, kind).compute());
    }
  }
}
