package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.local.MemoryEstimate;
import io.heddle.processor.model.Overrides;
import io.heddle.processor.model.ScheduleKind;
import io.heddle.runtime.schedule.PipelineSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemoryCommandTest {
  @TempDir private Path folder;

  @Test
  void printsTheStages() {
    Execution memory = Execution.of("memory", Execution.tiny(folder), "--set", "batch=8");
    assertThat(memory.err()).isEmpty();
    assertThat(memory.exit()).isZero();
    assertThat(memory.out())
        .contains("stage  in flight", "activations", "optimizer", "peak", "spared")
        .contains("Desk8: at most ");
  }

  private JsonNode json(String settings) {
    Execution memory = Execution.of("memory", Execution.tiny(folder), "--json", "--set", settings);
    assertThat(memory.err()).isEmpty();
    return memory.json();
  }

  @Test
  void thePartsAreThePeak() {
    for (JsonNode stage : json("batch=8").get("stages")) {
      long sum = 0;
      for (String part :
          new String[] {"weights", "gradients", "optimizer", "activations", "head", "again"}) {
        sum += stage.get(part).asLong();
      }
      assertThat(stage.get("peak").asLong()).isEqualTo(sum);
    }
  }

  /** Whole layers computed again keep one tensor each; nothing else changes. */
  @Test
  void recomputationSparesActivations() {
    JsonNode plain = json("batch=8,recompute=none").get("stages").get(0);
    JsonNode full = json("batch=8,recompute=full").get("stages").get(0);
    assertThat(full.get("spared").asLong()).isPositive();
    assertThat(plain.get("spared").asLong()).isZero();
    assertThat(full.get("activations").asLong() + full.get("spared").asLong())
        .isEqualTo(plain.get("activations").asLong());
    assertThat(full.get("weights")).isEqualTo(plain.get("weights"));
  }

  @Test
  void allMicroBatchesAreInFlightWithGPipe() {
    JsonNode stages = json("batch=8,schedule=gpipe").get("stages");
    stages.forEach(stage -> assertThat(stage.get("in_flight").asLong()).isEqualTo(4));
  }

  /** What the compiler says of a schedule in advance is what the schedule then does. */
  @ParameterizedTest
  @EnumSource(ScheduleKind.class)
  void passesInFlightAreThoseOfTheSchedule(ScheduleKind kind) throws IOException {
    Path file = Execution.tiny(folder);
    Source source = new Source(file.toString(), Files.readString(file));
    for (long batch : new long[] {4, 8, 16, 32}) {
      Map<String, Long> values = new LinkedHashMap<>(Map.of("batch", batch, "layers", 4L));
      if (kind.isChunked()) {
        values.put("chunks", 2L);
      }
      TfmCompiler.Compiled compiled =
          TfmCompiler.read(source, Imports.LIBRARY_ONLY)
              .compile("Desk8", new Overrides(values, Optional.of(kind)))
              .orElseThrow();
      MemoryEstimate estimate = new MemoryEstimate(compiled.program(), compiled.numbers());
      PipelineSchedule schedule = PipelineSchedule.named(kind.word()).orElseThrow();
      int microBatches = (int) compiled.numbers().microBatches(compiled.plan());
      for (int stage = 0; stage < estimate.stages(); stage++) {
        assertThat(estimate.inFlight(stage))
            .isEqualTo(
                schedule.mostInFlight(
                    stage, estimate.stages(), microBatches, estimate.chunks(), chunk -> 1));
      }
    }
  }
}
