package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.runtime.cost.Implementation;
import io.heddle.runtime.simulate.SmallFlattener.Shape;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.config.SystemConfig;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A plan that is asked action by action gives the ticks of its whole trace. */
class StreamingTest {
  static SimulationInput machine(Flattener flattener, boolean square) {
    int ranks = flattener.mesh().ranks();
    List<NetworkConfig.Dimension> dimensions = new ArrayList<>();
    if (square && ranks % 2 == 0 && ranks > 2) {
      dimensions.add(new NetworkConfig.Dimension(Topology.FULLY_CONNECTED, 2, 300, 250));
      dimensions.add(new NetworkConfig.Dimension(Topology.SWITCH, ranks / 2, 50, 1500.5));
    } else {
      dimensions.add(new NetworkConfig.Dimension(Topology.RING, ranks, 100, 500));
    }
    List<Implementation> rings = Collections.nCopies(dimensions.size(), Implementation.RING);
    return new SimulationInput(
        SystemConfig.roofline(rings, 2e12, 300e12),
        new NetworkConfig(dimensions),
        MemoryConfig.NONE,
        CommunicatorGroups.of(flattener.groups()));
  }

  @Provide
  Arbitrary<SmallFlattener> plans() {
    Arbitrary<Shape> shapes =
        Combinators.combine(
                Arbitraries.of(1, 2, 4), Arbitraries.of(1, 2, 3, 4), Arbitraries.of(1, 2, 3))
            .as(Shape::new)
            .filter(shape -> shape.ranks() > 1);
    return Combinators.combine(
            shapes,
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(1, 7),
            Arbitraries.of(8L, 64L, 512L, 2048L),
            Arbitraries.of("gpipe", "one_f_one_b", "zero_bubble", "interleaved"),
            Arbitraries.of(Recompute.NONE, Recompute.FULL))
        .as(StreamingTest::flattener);
  }

  /** Two chunks, and as many micro-batches for each stage, where the schedule is interleaved. */
  private static SmallFlattener flattener(
      Shape shape, int layers, int number, long hidden, String schedule, Recompute recompute) {
    boolean chunked = schedule.equals("interleaved");
    int microBatches = chunked ? number * shape.pipeline() : number;
    Schedule chosen = new Schedule(schedule, chunked ? 2 : 1);
    return new SmallFlattener(shape, layers, microBatches, hidden, chosen, recompute);
  }

  @Property(tries = 150)
  void aPlanAskedActionByActionGivesTheTicksOfItsWholeTrace(
      @ForAll("plans") SmallFlattener flattener,
      @ForAll Backend backend,
      @ForAll boolean square,
      @ForAll @IntRange(min = 1, max = 2) int queues,
      @ForAll boolean rendezvous) {
    Simulator simulator =
        new Simulator(
            machine(flattener, square),
            SimulationOptions.DEFAULT
                .with(backend)
                .withQueuesPerDimension(queues)
                .withRendezvous(rendezvous));
    FlattenerWorkload plan = new FlattenerWorkload(flattener);
    RecordedTimeline streamed = new RecordedTimeline();
    RecordedTimeline whole = new RecordedTimeline();

    SimulationResult streamedResult = simulator.run(plan, streamed);
    SimulationResult wholeResult = simulator.run(new WholeWorkload(plan, false), whole);

    assertThat(streamedResult.diagnosis()).isEmpty();
    assertThat(streamed.ranks).isEqualTo(whole.ranks);
    assertThat(streamedResult.ranks()).isEqualTo(wholeResult.ranks());
    assertThat(streamedResult.mostPending()).isLessThanOrEqualTo(wholeResult.mostPending());
  }

  @Property(tries = 150)
  void soDoesAnAlteredOne(
      @ForAll("plans") SmallFlattener flattener,
      @ForAll Backend backend,
      @ForAll boolean square,
      @ForAll boolean shared,
      @ForAll boolean layersApart) {
    Emission emission = new Emission(true, shared, layersApart);
    FlattenerWorkload plan = new FlattenerWorkload(new AlteredFlattener(flattener, emission));
    Simulator simulator =
        new Simulator(
            machine(flattener, square), SimulationOptions.DEFAULT.with(backend).withOpenLane(true));
    RecordedTimeline streamed = new RecordedTimeline();
    RecordedTimeline whole = new RecordedTimeline();

    SimulationResult streamedResult = simulator.run(plan, streamed);
    SimulationResult wholeResult = simulator.run(new WholeWorkload(plan, false), whole);

    assertThat(streamedResult.diagnosis()).isEmpty();
    assertThat(streamed.ranks).isEqualTo(whole.ranks);
    assertThat(streamedResult.ranks()).isEqualTo(wholeResult.ranks());
  }

  @Property(tries = 100)
  void anOpenLaneChangesNothingWhereThePlanChainsCommunication(
      @ForAll("plans") SmallFlattener flattener,
      @ForAll Backend backend,
      @ForAll boolean square,
      @ForAll boolean rendezvous) {
    SimulationOptions one = SimulationOptions.DEFAULT.with(backend).withRendezvous(rendezvous);
    FlattenerWorkload plan = new FlattenerWorkload(flattener);
    SimulationInput machine = machine(flattener, square);

    SimulationResult closed = new Simulator(machine, one).run(plan);
    SimulationResult open = new Simulator(machine, one.withOpenLane(true)).run(plan);

    assertThat(open.diagnosis()).isEmpty();
    assertThat(open.ranks()).isEqualTo(closed.ranks());
  }

  @Test
  void aRankHoldsTwoActionsAndNotItsWholeTrace() {
    Shape shape = new Shape(2, 2, 1);
    SmallFlattener few =
        new SmallFlattener(shape, 2, 8, 64, Schedule.of("one_f_one_b"), Recompute.NONE);
    SmallFlattener many =
        new SmallFlattener(shape, 2, 64, 64, Schedule.of("one_f_one_b"), Recompute.NONE);

    long pendingOfFew = run(few).mostPending();
    long pendingOfMany = run(many).mostPending();

    assertThat(pendingOfMany).isEqualTo(pendingOfFew);
  }

  private static SimulationResult run(SmallFlattener flattener) {
    return new Simulator(machine(flattener, false), SimulationOptions.DEFAULT)
        .run(new FlattenerWorkload(flattener));
  }
}
