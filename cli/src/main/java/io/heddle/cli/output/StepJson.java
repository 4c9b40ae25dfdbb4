package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Axis;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.report.MeanCommunicationTime;
import io.heddle.runtime.report.RankTimes;
import io.heddle.runtime.report.StageTimes;
import io.heddle.runtime.report.StepCounts;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.ResultJson;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Traffic;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a step came to, for programs. Times are ns. */
public final class StepJson {
  /** Changes when a key goes or comes to mean something else; new keys do not change it. */
  public static final int SCHEMA = 1;

  private StepJson() {}

  /**
   * Prints one object.
   *
   * @param mode how much was simulated
   * @param backend who simulated
   * @param memory empty where it is too large to be counted
   * @param inference empty where the plan is none of inference
   * @param log what AstraSim says of the ranks, if it ran
   */
  public static void write(
      Writer out,
      StepReport report,
      Mode mode,
      String backend,
      Optional<MemoryDemand> memory,
      Optional<InferenceStep> inference,
      Optional<SimulationResult> log,
      List<String> warnings)
      throws IOException {
    Json.write(out, json -> write(json, report, mode, backend, memory, inference, log, warnings));
  }

  /** Prints that a simulation did not end. */
  public static void printUnfinished(PrintWriter out, String status, List<String> diagnosis) {
    Json.print(
        out,
        json -> {
          json.writeStartObject();
          json.writeNumberField("schema", SCHEMA);
          json.writeStringField("status", status);
          texts(json, "diagnosis", diagnosis);
          json.writeEndObject();
        });
  }

  static void texts(JsonGenerator json, String field, List<String> texts) throws IOException {
    json.writeArrayFieldStart(field);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static void write(
      JsonGenerator json,
      StepReport report,
      Mode mode,
      String backend,
      Optional<MemoryDemand> memory,
      Optional<InferenceStep> inference,
      Optional<SimulationResult> log,
      List<String> warnings)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("schema", SCHEMA);
    json.writeStringField("status", "ok");
    texts(json, "warnings", warnings);
    json.writeStringField("mode", mode.toString());
    if (mode == Mode.ANALYTICAL) {
      json.writeNullField("backend");
    } else {
      json.writeStringField("backend", backend);
    }
    plan(json, report.plan());
    stragglers(json, report.stragglers());
    SymmetryOutput.write(json, report.symmetry());
    Json.unsigned(json, "iteration_time_ns", report.iterationNanos());
    json.writeNumberField("tokens", report.tokens());
    json.writeNumberField("parameters", report.parameters());
    Json.plain(json, "tokens_per_second", report.tokensPerSecond());
    Json.plain(json, "tokens_per_second_per_device", report.tokensPerSecondPerDevice());
    if (inference.isPresent()) {
      inference.get().write(json);
    }
    Json.plain(json, "model_flops_per_second_per_device", report.modelFlopsPerDevice());
    Json.plain(json, "mfu", report.mfu());
    Json.plain(json, "hfu", report.hfu());
    Json.plain(json, "bubble", report.bubble());
    memory(json, memory);
    json.writeArrayFieldStart("stages");
    for (StageTimes stage : report.stages()) {
      stage(json, stage, report.tellsLanes());
    }
    json.writeEndArray();
    if (report.tellsLanes()) {
      json.writeObjectFieldStart("exposed_communication_by_axes");
      for (Map.Entry<String, Double> axes : report.exposedByAxes().entrySet()) {
        Json.plain(json, axes.getKey(), axes.getValue());
      }
      json.writeEndObject();
    } else {
      json.writeNullField("exposed_communication_by_axes");
    }
    json.writeFieldName("communications");
    means(json, report.tellsLanes(), report.communications());
    counts(json, report);
    json.writeFieldName("critical_path");
    if (report.criticalPath().isPresent()) {
      PathJson.write(json, report.criticalPath().get(), report);
    } else {
      json.writeNull();
    }
    json.writeObjectFieldStart("ranks");
    for (RankTimes rank : report.ranks()) {
      rank(json, rank);
    }
    json.writeEndObject();
    if (log.isPresent()) {
      json.writeObjectFieldStart("astrasim");
      for (RankResult rank : log.get().ranks()) {
        ResultJson.write(json, rank);
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  static void plan(JsonGenerator json, PlanValues plan) throws IOException {
    json.writeStringField("model", plan.model());
    json.writeStringField("plan", plan.plan());
    json.writeObjectFieldStart("mesh");
    for (Axis axis : plan.axes()) {
      json.writeNumberField(axis.name(), axis.size());
    }
    json.writeEndObject();
    json.writeNumberField("batch", plan.batch());
    json.writeNumberField("micro_batch", plan.microBatch());
    json.writeStringField("schedule", plan.schedule().name());
    if (plan.schedule().forwardOnly()) {
      json.writeBooleanField("forward", true);
    }
    json.writeNumberField("chunks", plan.schedule().chunks());
    json.writeStringField("recompute", plan.recompute().toString());
    json.writeStringField("cluster", plan.cluster().name());
    json.writeStringField("device", plan.cluster().device().name());
    json.writeStringField("engine", plan.engine().name());
    new PredictionBasis(plan.cluster()).write(json);
  }

  static void stragglers(JsonGenerator json, Stragglers stragglers) throws IOException {
    json.writeObjectFieldStart("stragglers");
    json.writeArrayFieldStart("slow");
    for (Straggler straggler : stragglers.slow()) {
      json.writeStartObject();
      json.writeStringField("scope", straggler.scope().toString());
      json.writeNumberField("number", straggler.number());
      json.writeNumberField("factor", straggler.factor());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("jitter", stragglers.jitter().amplitude());
    json.writeNumberField("seed", stragglers.jitter().seed());
    json.writeEndObject();
  }

  static void memory(JsonGenerator json, Optional<MemoryDemand> memory) throws IOException {
    if (memory.isEmpty()) {
      json.writeNullField("memory");
      return;
    }
    MemoryDemand demand = memory.get();
    json.writeObjectFieldStart("memory");
    json.writeNumberField("peak_bytes", demand.most().peak());
    json.writeNumberField("stage", demand.most().stage());
    json.writeNumberField("device_bytes", demand.capacity());
    json.writeBooleanField("fits", demand.fits());
    json.writeEndObject();
  }

  private static void stage(JsonGenerator json, StageTimes stage, boolean tellsLanes)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("stage", stage.stage());
    json.writeNumberField("ranks", stage.ranks());
    Json.plain(json, "compute", stage.compute());
    Json.plain(json, "communication", stage.communication());
    Json.plain(json, "exposed_communication", stage.exposedCommunication());
    Json.plain(json, "idle", stage.idle());
    Json.plain(json, "bubble", stage.bubble());
    json.writeFieldName("communications");
    means(json, tellsLanes, stage.communications());
    json.writeEndObject();
  }

  private static void means(
      JsonGenerator json, boolean tellsLanes, List<MeanCommunicationTime> times)
      throws IOException {
    if (!tellsLanes) {
      json.writeNull();
      return;
    }
    json.writeStartArray();
    for (MeanCommunicationTime time : times) {
      json.writeStartObject();
      Json.communication(json, time.what());
      Json.plain(json, "busy", time.busy());
      Json.plain(json, "exposed", time.exposed());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void rank(JsonGenerator json, RankTimes rank) throws IOException {
    json.writeObjectFieldStart(String.valueOf(rank.rank()));
    json.writeNumberField("stage", rank.stage());
    Json.unsigned(json, "cycles", rank.cycles());
    Json.unsigned(json, "compute", rank.compute());
    Json.unsigned(json, "communication", rank.communication());
    Json.unsigned(json, "exposed_communication", rank.exposedCommunication());
    Json.unsigned(json, "idle", rank.idle());
    Json.plain(json, "bubble", rank.bubble());
    if (rank.communication().isPresent()) {
      json.writeArrayFieldStart("communications");
      for (CommunicationTime time : rank.communications()) {
        json.writeStartObject();
        Json.communication(json, time.what());
        Json.unsigned(json, "busy", time.busy());
        Json.unsigned(json, "exposed", time.exposed());
        json.writeEndObject();
      }
      json.writeEndArray();
    } else {
      json.writeNullField("communications");
    }
    json.writeEndObject();
  }

  private static void counts(JsonGenerator json, StepReport report) throws IOException {
    StepCounts counts = report.counts();
    json.writeObjectFieldStart("nodes");
    json.writeNumberField("all", counts.nodes());
    json.writeNumberField("compute", counts.computeNodes());
    json.writeNumberField("collective", counts.collectiveNodes());
    json.writeNumberField("send", counts.sendNodes());
    json.writeNumberField("receive", counts.receiveNodes());
    json.writeEndObject();
    json.writeObjectFieldStart("operations");
    json.writeNumberField("all", counts.operations());
    json.writeNumberField("model", report.modelOperations());
    json.writeNumberField("model_matmul", counts.modelMatmulOperations());
    json.writeNumberField("recomputed_matmul", counts.recomputedMatmulOperations());
    json.writeNumberField("rescore", counts.rescoreOperations());
    json.writeNumberField("pointwise", counts.pointwiseOperations());
    json.writeEndObject();
    json.writeObjectFieldStart("bytes");
    json.writeNumberField("collective", report.collectiveBytes());
    json.writeNumberField("sent", counts.sentBytes());
    json.writeNumberField("sent_in_groups", counts.sentInGroupsBytes());
    json.writeNumberField("memory", counts.memoryBytes());
    json.writeEndObject();
    json.writeArrayFieldStart("collectives");
    for (Traffic traffic : counts.traffic()) {
      json.writeStartObject();
      json.writeStringField("collective", traffic.collective().name().toLowerCase(Locale.ROOT));
      json.writeArrayFieldStart("axes");
      for (String axis : traffic.axes()) {
        json.writeString(axis);
      }
      json.writeEndArray();
      json.writeNumberField("nodes", traffic.nodes());
      json.writeNumberField("bytes", traffic.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
