package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.runtime.astrasim.AstraSimConfiguration;
import io.heddle.runtime.astrasim.EmitProgress;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import io.heddle.runtime.trace.CountingSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepSimulationTest {
  private static final int RANKS = 8;

  private final SmallFlattener flattener =
      new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 6), 2);

  @Test
  void answersAsTheFolderThatIsEmitted(@TempDir Path folder)
      throws IOException, UnfinishedStepException {
    TraceFolder.write(
        flattener, new EmitRequest(folder, "small", 1, false, "0", "0"), EmitProgress.SILENT);
    SimulationInput machine =
        SimulationInput.read(
            folder.resolve(AstraSimConfiguration.SYSTEM),
            folder.resolve(AstraSimConfiguration.NETWORK),
            Optional.of(folder.resolve(AstraSimConfiguration.MEMORY)),
            Optional.of(folder.resolve(AstraSimConfiguration.GROUPS)));
    SimulationResult fromFiles =
        new Simulator(machine, SimulationOptions.DEFAULT)
            .run(new TraceWorkload(folder.resolve("small"), RANKS));

    StepReport report = StepSimulation.run(flattener, StepProgress.SILENT);

    assertThat(report.iterationNanos()).isEqualTo(fromFiles.maxCycles());
    assertThat(report.ranks())
        .extracting(RankTimes::cycles)
        .containsExactlyElementsOf(fromFiles.ranks().stream().map(RankResult::cycles).toList());
    assertThat(report.ranks())
        .extracting(RankTimes::exposedCommunication)
        .containsExactlyElementsOf(
            fromFiles.ranks().stream()
                .map(rank -> OptionalLong.of(rank.lanes().orElseThrow().exposed()))
                .toList());
  }

  @Test
  void countsEveryNodeOnce() throws UnfinishedStepException {
    CountingSink whole = new CountingSink();
    for (int rank = 0; rank < RANKS; rank++) {
      flattener.emit(rank, whole);
    }
    StepCounts counts = StepSimulation.run(flattener, StepProgress.SILENT).counts();
    assertThat(counts.nodes()).isEqualTo(whole.nodes());
    assertThat(counts.operations()).isEqualTo(whole.operations());
    assertThat(counts.traffic()).isEqualTo(whole.traffic());
  }

  @Test
  void lanesAddUpToTheIterationAndAxesToTheExposedTime() throws UnfinishedStepException {
    StepReport report = StepSimulation.run(flattener, StepProgress.SILENT);
    assertThat(report.ranks())
        .allSatisfy(
            rank ->
                assertThat(
                        rank.compute()
                            + rank.exposedCommunication().orElseThrow()
                            + rank.idle().orElseThrow())
                    .isEqualTo(report.iterationNanos()))
        .allSatisfy(rank -> assertThat(rank.idle().orElseThrow()).isNotNegative());
    assertThat(report.exposedByAxes()).containsOnlyKeys("tp", "dp", "pp", Communication.SEND);
    double byAxes = report.exposedByAxes().values().stream().mapToDouble(Double::doubleValue).sum();
    assertThat(byAxes).isCloseTo(report.meanExposedCommunication().orElseThrow(), within(1e-6));
  }

  @Test
  void tellsEveryActionOnceAndInOrder() throws UnfinishedStepException {
    // 6 forward and 6 backward passes and the end of the step on each rank.
    assertTold(SimulationOptions.DEFAULT.withSymmetry(false), RANKS * 13L);
    // One rank runs for all of its stage.
    assertTold(SimulationOptions.DEFAULT, flattener.stages() * 13L);
  }

  private void assertTold(SimulationOptions options, long actions) throws UnfinishedStepException {
    List<Long> told = new ArrayList<>();
    StepSimulation.run(
        flattener,
        options,
        (begun, of) -> {
          assertThat(of).isEqualTo(actions);
          told.add(begun);
        });
    assertThat(told).hasSize((int) actions).isSorted().doesNotHaveDuplicates().endsWith(actions);
  }
}
