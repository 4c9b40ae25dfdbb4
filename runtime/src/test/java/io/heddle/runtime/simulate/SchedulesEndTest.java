package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.simulate.SmallFlattener.Shape;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Every schedule runs to its end where a rank communicates one thing at a time and a send holds its
 * lane until it has arrived, or even until its receive is posted (rendezvous).
 */
class SchedulesEndTest {
  @Provide
  Arbitrary<SmallFlattener> plans() {
    Arbitrary<Shape> shapes =
        Combinators.combine(
                Arbitraries.of(1, 2), Arbitraries.integers().between(2, 8), Arbitraries.of(1, 2))
            .as(Shape::new);
    return Combinators.combine(
            shapes,
            Arbitraries.of(PipelineSchedule.all()),
            Arbitraries.integers().between(1, 4),
            Arbitraries.integers().between(1, 12),
            Arbitraries.of(8L, 512L, 4096L),
            Arbitraries.of(Recompute.NONE, Recompute.FULL))
        .as(SchedulesEndTest::flattener);
  }

  private static SmallFlattener flattener(
      Shape shape,
      PipelineSchedule schedule,
      int chunks,
      int number,
      long hidden,
      Recompute recompute) {
    boolean chunked = !schedule.settings().isEmpty();
    Schedule chosen = new Schedule(schedule.name(), chunked ? chunks : 1);
    int microBatches = number;
    if (chunked && chunks > 1) {
      int group = shape.pipeline() + number % 3;
      chosen = number % 3 == 0 ? chosen : chosen.with("group", group);
      microBatches = number % 4 * group + shape.pipeline();
    }
    chosen = number % 5 == 4 ? chosen.withoutBackward() : chosen;
    return shape.tensor() > 1 && number % 2 == 0
        ? new Gathering(shape, microBatches, hidden, chosen, recompute)
        : new SmallFlattener(shape, 1, microBatches, hidden, chosen, recompute);
  }

  /** Each rank sends a share of the stream, and gathers those that it and its like receive. */
  private static final class Gathering extends SmallFlattener {
    Gathering(Shape shape, int microBatches, long hidden, Schedule schedule, Recompute recompute) {
      super(shape, 1, microBatches, hidden, schedule, recompute);
    }

    @Override
    protected long messageBytes() {
      return streamBytes() / 2;
    }

    @Override
    protected long assemble(RankEmitter rank, long received) {
      return rank.needs(received).allGather("gather.stream", TENSOR, messageBytes());
    }
  }

  @Property(tries = 400)
  void underEveryBackendAndProtocol(
      @ForAll("plans") SmallFlattener flattener,
      @ForAll Backend backend,
      @ForAll boolean square,
      @ForAll @IntRange(min = 1, max = 3) int queues,
      @ForAll boolean rendezvous) {
    Simulator simulator =
        new Simulator(
            StreamingTest.machine(flattener, square),
            SimulationOptions.DEFAULT
                .with(backend)
                .withQueuesPerDimension(queues)
                .withRendezvous(rendezvous));

    SimulationResult result = simulator.run(new FlattenerWorkload(flattener));

    assertThat(result.diagnosis()).isEmpty();
    assertThat(result.status()).isEqualTo(SimulationResult.Status.OK);
  }

  @Property(tries = 200)
  void whateverIsLeftOutOrLetLoose(
      @ForAll("plans") SmallFlattener flattener,
      @ForAll Backend backend,
      @ForAll boolean square,
      @ForAll boolean shared,
      @ForAll boolean layersApart,
      @ForAll boolean openLane) {
    Emission emission = new Emission(openLane, shared, layersApart);
    Simulator simulator =
        new Simulator(
            StreamingTest.machine(flattener, square),
            SimulationOptions.DEFAULT.with(backend).withOpenLane(openLane));

    SimulationResult result =
        simulator.run(new FlattenerWorkload(new AlteredFlattener(flattener, emission)));

    assertThat(result.diagnosis()).isEmpty();
    assertThat(result.status()).isEqualTo(SimulationResult.Status.OK);
  }
}
