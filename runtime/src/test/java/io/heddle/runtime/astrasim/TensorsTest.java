package io.heddle.runtime.astrasim;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtReader;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.TraceWorkload;
import io.heddle.runtime.verify.TraceSetting;
import io.heddle.runtime.verify.Verification;
import io.heddle.runtime.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces whose nodes say which tensors they read and write. */
class TensorsTest {
  private static final int RANKS = 8;

  private final SmallFlattener flattener =
      new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 6), 2);

  private TraceWorkload emit(Path folder, boolean tensors) throws IOException {
    Provenance provenance = new Provenance("0", "0", List.of(), Map.of());
    EmitRequest request = new EmitRequest(folder, "small", 1, false, tensors, provenance);
    EmittedFolder unused = TraceFolder.write(flattener, request, EmitProgress.SILENT);
    return new TraceWorkload(folder.resolve("small"), RANKS);
  }

  private static SimulationInput machine(Path folder) throws IOException {
    return SimulationInput.read(
        folder.resolve(AstraSimConfiguration.SYSTEM),
        folder.resolve(AstraSimConfiguration.NETWORK),
        Optional.of(folder.resolve(AstraSimConfiguration.MEMORY)),
        Optional.of(folder.resolve(AstraSimConfiguration.GROUPS)));
  }

  @Test
  void astraSimCanTrackThem(@TempDir Path plain, @TempDir Path tracked) throws IOException {
    SimulationResult without =
        new Simulator(machine(plain, emit(plain, false)), SimulationOptions.DEFAULT)
            .run(new TraceWorkload(plain.resolve("small"), RANKS));
    TraceWorkload traces = emit(tracked, true);
    SimulationInput machine = machine(tracked);
    assertThat(machine.system().memoryTrace()).isPresent();
    SimulationResult with = new Simulator(machine, SimulationOptions.DEFAULT).run(traces);
    assertThat(with.diagnosis()).isEmpty();
    assertThat(with.ranks())
        .hasSize(RANKS)
        .allSatisfy(rank -> assertThat(rank.peakMemory()).isPresent())
        .extracting(RankResult::cycles)
        .containsExactlyElementsOf(without.ranks().stream().map(RankResult::cycles).toList());
    Verification verification =
        Verifier.verify(traces, TraceSetting.of(machine, SimulationOptions.DEFAULT));
    assertThat(verification.findings()).isEmpty();
    assertThat(verification.ends()).isTrue();
  }

  private static SimulationInput machine(Path folder, TraceWorkload emitted) throws IOException {
    assertThat(emitted.ranks()).isEqualTo(RANKS);
    return machine(folder);
  }

  @Test
  void whatIsReadWasWritten(@TempDir Path folder) throws IOException {
    TraceWorkload traces = emit(folder, true);
    for (int rank = 0; rank < RANKS; rank++) {
      Set<String> written = new HashSet<>();
      Map<String, String> sizes = new HashMap<>();
      int reads = 0;
      try (EtReader reader = new EtReader(traces.file(rank), true, true)) {
        EtNode node = new EtNode();
        while (reader.next(node)) {
          List<String> inputs = node.inputs();
          List<String> outputs = node.outputs();
          assertThat(inputs).isNotNull();
          assertThat(outputs).isNotNull();
          for (int i = 0; i < inputs.size(); i += 2) {
            assertThat(written).contains(inputs.get(i));
            assertThat(inputs.get(i + 1)).isEqualTo(sizes.get(inputs.get(i)));
            reads++;
          }
          if (!outputs.isEmpty()) {
            assertThat(outputs).hasSize(2);
            assertThat(outputs.get(0)).isEqualTo("t" + node.id());
            assertThat(written.add(outputs.get(0))).isTrue();
            sizes.put(outputs.get(0), outputs.get(1));
          }
        }
      }
      assertThat(reads).isPositive();
    }
  }
}
