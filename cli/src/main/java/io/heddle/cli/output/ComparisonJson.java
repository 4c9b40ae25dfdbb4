package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.runtime.compare.Comparison;
import io.heddle.runtime.compare.Difference;
import io.heddle.runtime.compare.Effect;
import io.heddle.runtime.compare.ModeResult;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.StepReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** All modes on one step, for programs. Times are ns. */
public final class ComparisonJson {
  private ComparisonJson() {}

  /**
   * Prints one object.
   *
   * @param backend of what is simulated
   */
  public static void print(
      PrintWriter out,
      Comparison comparison,
      String backend,
      Optional<MemoryDemand> memory,
      List<String> warnings) {
    Json.print(out, json -> write(json, comparison, backend, memory, warnings));
  }

  private static void write(
      JsonGenerator json,
      Comparison comparison,
      String backend,
      Optional<MemoryDemand> memory,
      List<String> warnings)
      throws IOException {
    StepReport step = Objects.requireNonNull(comparison.modes().get(Mode.FLATTENED)).report();
    json.writeStartObject();
    json.writeNumberField("schema", StepJson.SCHEMA);
    json.writeStringField("status", "ok");
    StepJson.texts(json, "warnings", warnings);
    json.writeStringField("backend", backend);
    StepJson.plan(json, step.plan());
    StepJson.stragglers(json, step.stragglers());
    StepJson.memory(json, memory);
    json.writeObjectFieldStart("modes");
    for (Map.Entry<Mode, ModeResult> mode : comparison.modes().entrySet()) {
      json.writeObjectFieldStart(mode.getKey().toString());
      mode(json, mode.getValue());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeArrayFieldStart("differences");
    for (Difference difference : comparison.differences()) {
      difference(json, difference);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void mode(JsonGenerator json, ModeResult result) throws IOException {
    StepReport report = result.report();
    Json.unsigned(json, "iteration_time_ns", report.iterationNanos());
    Json.plain(json, "compute", report.meanCompute());
    Json.plain(json, "exposed_communication", report.meanExposedCommunication());
    json.writeObjectFieldStart("exposed_communication_by_axes");
    for (Map.Entry<String, Double> axes : report.exposedByAxes().entrySet()) {
      Json.plain(json, axes.getKey(), axes.getValue());
    }
    json.writeEndObject();
    Json.plain(json, "bubble", report.bubble());
    Json.plain(json, "tokens_per_second", report.tokensPerSecond());
    Json.plain(json, "tokens_per_second_per_device", report.tokensPerSecondPerDevice());
    Json.plain(json, "model_flops_per_second_per_device", report.modelFlopsPerDevice());
    Json.plain(json, "mfu", report.mfu());
    SymmetryOutput.write(json, report.symmetry());
    json.writeNumberField("wall_time_ns", result.wallNanos());
  }

  private static void difference(JsonGenerator json, Difference difference) throws IOException {
    json.writeStartObject();
    json.writeStringField("from", difference.from().toString());
    json.writeStringField("to", difference.to().toString());
    json.writeNumberField("difference_ns", difference.nanos());
    json.writeObjectFieldStart("effects_ns");
    for (Map.Entry<Effect, Long> effect : difference.effects().entrySet()) {
      json.writeNumberField(effect.getKey().word(), effect.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("not_explained_ns", difference.notExplained());
    json.writeEndObject();
  }
}
