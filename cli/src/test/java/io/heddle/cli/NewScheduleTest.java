package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.heddle.plan.schedule.Action;
import io.heddle.plan.schedule.Action.Kind;
import io.heddle.plan.schedule.Pipeline;
import io.heddle.plan.schedule.PipelineSchedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A schedule is one class: one that Heddle has never heard of, and that says no more than its name,
 * its chunks and its order, is compiled, drawn, estimated, flattened, verified and simulated.
 */
class NewScheduleTest {
  /** The next micro-batch begins when all of the one before is done. */
  public static final class OneAtATime implements PipelineSchedule {
    @Override
    public String name() {
      return "one_at_a_time";
    }

    @Override
    public int chunks(Map<String, Integer> settings) {
      return 2;
    }

    @Override
    public List<Action> actions(int stage, Pipeline pipeline) {
      List<Action> actions = new ArrayList<>();
      for (int m = 0; m < pipeline.microBatches(); m++) {
        for (int chunk = 0; chunk < pipeline.chunks(); chunk++) {
          actions.add(new Action(Kind.FORWARD, m, chunk));
        }
        for (int chunk = pipeline.chunks() - 1; chunk >= 0; chunk--) {
          actions.add(new Action(Kind.BACKWARD, m, chunk));
        }
      }
      return actions;
    }
  }

  @TempDir Path folder;

  private Execution heddle(String command, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of(command, Execution.tiny(folder)));
    arguments.addAll(
        List.of("--plan", "Desk8", "--set", "schedule = one_at_a_time, layers = 8, batch = 6"));
    arguments.addAll(List.of(more));
    Execution execution = Execution.of(arguments.toArray());
    assertThat(execution.err()).doesNotContain("error");
    assertThat(execution.exit()).isZero();
    return execution;
  }

  @Test
  void isDrawn() {
    JsonNode drawn = heddle("explain", "--schedule", "--json").json();
    int stages = drawn.get("stages").size();
    int microBatches = drawn.get("micro_batches").asInt();
    assertThat(drawn.get("slots").asInt()).isEqualTo(microBatches * 4 * stages);
    assertThat(drawn.get("stages").get(0).get("in_flight").asInt()).isEqualTo(2);
  }

  @Test
  void isEstimated() {
    JsonNode memory = heddle("memory", "--json").json();
    assertThat(memory.get("stages").get(0).get("in_flight").asInt()).isEqualTo(2);
  }

  @Test
  void isSimulatedInEveryMode() {
    for (String mode : List.of("flattened", "hierarchical", "hybrid", "analytical")) {
      JsonNode step = heddle("run", "--json", "--no-cache", "--mode", mode).json();
      assertThat(step.get("schedule").asText()).isEqualTo("one_at_a_time");
      assertThat(step.get("chunks").asInt()).isEqualTo(2);
    }
  }

  @Test
  void itsTracesEnd() {
    Path traces = folder.resolve("traces");
    heddle("emit", "-o", traces);
    assertThat(Execution.of("verify", traces.resolve("Tiny")).exit()).isZero();
  }
}
