package io.heddle.runtime.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.runtime.report.StepProgress;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.report.StepSimulation;
import io.heddle.runtime.report.UnfinishedStepException;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention on a ring: that it ends, and how long it takes. */
class RingTimesTest {
  /** Two up and down the switch, and the bytes. */
  private static long transfer(long message) {
    return (long) (2 * 50 + message / ((1L << 30) / 1e9));
  }

  @ParameterizedTest
  @CsvSource({
    "CONGESTION_UNAWARE, false",
    "CONGESTION_UNAWARE, true",
    "CONGESTION_AWARE, false",
    "CONGESTION_AWARE, true",
  })
  void ends(Backend backend, boolean rendezvous) {
    for (long message : new long[] {64, 1 << 24}) {
      RingFlattener flattener =
          RingFlattener.on(
              2,
              4,
              3,
              message,
              new NetworkDimension(Topology.SWITCH, 4, 400e9, 500),
              new NetworkDimension(Topology.SWITCH, 2, 50e9, 2000));
      SimulationOptions options =
          SimulationOptions.DEFAULT.with(backend).withRendezvous(rendezvous);
      SimulationResult result =
          new Simulator(SimulationInput.of(flattener), options)
              .run(new FlattenerWorkload(flattener));
      assertThat(result.diagnosis()).isEmpty();
      assertThat(result.status()).isEqualTo(Status.OK);
    }
  }

  /** Kernels beside the two rings: embedding, head, projection, optimizer. */
  private static final long OTHERS = 6 * RingFlattener.OTHER;

  /** The last gradients come home beside no kernel; all else is hidden. */
  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1", "2, 2", "2, 4"})
  void aFastNetworkHidesAllButTheWayHome(int outer, int inner) throws UnfinishedStepException {
    long message = 1 << 20;
    long n = (long) outer * inner;
    long kernel = RingFlattener.KERNEL;
    long transfer = 100 + 1;
    StepReport report =
        StepSimulation.run(
            RingFlattener.on(
                outer,
                inner,
                1,
                message,
                new NetworkDimension(Topology.SWITCH, outer * inner, 1e9 * (double) message, 50)),
            StepProgress.SILENT);
    assertThat(report.iterationNanos())
        .isEqualTo(OTHERS + n * kernel + n * kernel + (n - 1) * RingFlattener.SUM + transfer);
    assertThat(report.exposedByAxes().values()).containsExactly((double) transfer);
  }

  /**
   * n - 1 messages forward and then the last kernel; 2 n - 1 backward, and the sum before the last.
   */
  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1", "2, 2", "2, 4"})
  void aSlowNetworkIsWhatItWaitsFor(int outer, int inner) throws UnfinishedStepException {
    long message = 1 << 24;
    long n = (long) outer * inner;
    long transfer = transfer(message);
    StepReport report =
        StepSimulation.run(RingFlattener.onSwitch(outer, inner, 1, message), StepProgress.SILENT);
    long forward = (n - 1) * transfer + RingFlattener.KERNEL;
    long backward = (2 * n - 1) * transfer + RingFlattener.SUM;
    assertThat(report.iterationNanos()).isEqualTo(OTHERS + forward + backward);
    String axes = inner == 1 ? "outer" : "outer.inner";
    assertThat(report.exposedByAxes()).containsOnlyKeys(axes);
  }
}
