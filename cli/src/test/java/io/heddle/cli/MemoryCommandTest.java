package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.cli.output.StageMemory;
import io.heddle.plan.schedule.PipelineSchedule;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.local.MemoryEstimate;
import io.heddle.processor.model.PlanChanges;
import io.heddle.processor.model.ScheduleKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
          new String[] {
            "weights", "gradients", "optimizer", "activations", "head", "pending", "again"
          }) {
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

  /** On stage s of p, p - s passes keep all when a forward pass is done, and s hold a part. */
  @Test
  void passesThatWaitForTheirWeightPassHoldWhatItReads() {
    JsonNode whole = json("batch=16").get("stages");
    JsonNode apart = json("batch=16,schedule=zero_bubble").get("stages");
    for (int stage = 0; stage < 2; stage++) {
      assertThat(whole.get(stage).get("pending").asLong()).isZero();
    }
    long kept = whole.get(1).get("activations").asLong();
    assertThat(apart.get(1).get("activations").asLong()).isIn(0L, kept);
    assertThat(apart.get(1).get("pending").asLong()).isPositive();
    assertThat(apart.get(1).get("peak").asLong()).isGreaterThan(whole.get(1).get("peak").asLong());
  }

  /** What a warning of the plan says in advance is what the schedule then does. */
  @ParameterizedTest
  @CsvSource({"2, none", "4, none", "6, full", "8, full", "40, none"})
  void thePeakOfTheCompilerIsThatOfTheSchedule(long batch, String recompute) throws IOException {
    Path file = Execution.tiny(folder);
    String text = Files.readString(file).replace("recompute  none", "recompute " + recompute);
    for (long stages : new long[] {1, 2, 4}) {
      Map<String, Long> values = Map.of("batch", batch, "pp", stages, "layers", 4L);
      TfmCompiler.Compiled compiled =
          TfmCompiler.read(new Source(file.toString(), text), Imports.LIBRARY_ONLY)
              .compile(
                  "Desk8",
                  PlanChanges.of("schedule = zero_bubble").and(PlanChanges.numbers(values)))
              .orElseThrow();
      MemoryEstimate estimate = new MemoryEstimate(compiled.program(), compiled.numbers());
      int microBatches = (int) compiled.numbers().microBatches(compiled.plan());
      List<StageMemory> memory =
          StageMemory.of(
              estimate, PipelineSchedule.named("zero_bubble").orElseThrow(), microBatches);
      for (int stage = 0; stage < stages; stage++) {
        assertThat(memory.get(stage).peak()).isEqualTo(estimate.peak(stage));
      }
    }
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
              .compile(
                  "Desk8",
                  PlanChanges.of("schedule = " + kind.word()).and(PlanChanges.numbers(values)))
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
