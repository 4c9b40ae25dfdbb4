package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.simulate.workload.SimulationObserver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ids of groups go as far as there are groups. */
@Tag("slow")
class ManyGroupsTest {
  private static final int FIRST_ID_THAT_OVERFLOWS_32_BITS = 2148;

  private final SmallFlattener flattener =
      new SmallFlattener(
          new SmallFlattener.Shape(2, 1, 2200), 1, 1, 64, Schedule.of("gpipe"), Recompute.NONE);

  private static final class Restarts implements SimulationObserver {
    int count;

    @Override
    public void completed(
        int rank,
        long node,
        NodeKind kind,
        int collective,
        int group,
        long issued,
        long completed,
        long exposed) {}

    @Override
    public void restart() {
      count++;
    }
  }

  @Test
  void aLargeIdLeavesTheShortWayOpen() {
    assertThat(flattener.groups().all().stream().mapToInt(Group::id).max().orElseThrow())
        .isGreaterThan(FIRST_ID_THAT_OVERFLOWS_32_BITS);
    Restarts restarts = new Restarts();
    SimulationResult result =
        new Simulator(SimulationInput.of(flattener), SimulationOptions.DEFAULT)
            .run(new FlattenerWorkload(flattener), restarts);
    assertThat(result.status()).isEqualTo(SimulationResult.Status.OK);
    assertThat(restarts.count).isZero();
  }

  @Test
  void eventByEventTheTicksAreTheSame() {
    SimulationOptions options = SimulationOptions.DEFAULT;
    Simulator simulator = new Simulator(SimulationInput.of(flattener), options);
    // Two queues are run event by event, and in one chunk they are as one.
    Simulator eventByEvent =
        new Simulator(SimulationInput.of(flattener), options.withQueuesPerDimension(2));
    assertThat(eventByEvent.run(new FlattenerWorkload(flattener)).ranks())
        .isEqualTo(simulator.run(new FlattenerWorkload(flattener)).ranks());
  }
}
