package io.heddle.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.processor.TfmCompiler.Compiled;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a plan without errors comes to.
 *
 * @param file as given
 * @param memory empty where it cannot be counted
 */
public record CheckedPlan(
    String file,
    String plan,
    String model,
    long parameters,
    long ranks,
    Optional<MemoryDemand> memory) {
  /** Of a plan that compiles. */
  public static CheckedPlan of(String file, Compiled compiled, Optional<MemoryDemand> memory) {
    return new CheckedPlan(
        file,
        compiled.plan().name(),
        compiled.plan().model().name(),
        compiled.parameters(),
        compiled.numbers().values().mesh().ranks(),
        memory);
  }

  /** As lines of a table. */
  public static String table(List<CheckedPlan> plans) {
    if (plans.isEmpty()) {
      return "";
    }
    Table table = Table.firstToTheLeft();
    for (CheckedPlan each : plans) {
      table.row(
          List.of(
              "plan " + each.plan + " of " + each.model,
              Quantities.approximately((double) each.parameters) + " parameters",
              Quantities.count(each.ranks) + (each.ranks == 1 ? " rank" : " ranks"),
              each.memory.map(CheckedPlan::text).orElse("memory not counted")));
    }
    return table.textBehind();
  }

  private static String text(MemoryDemand memory) {
    return "%s of %s: %s"
        .formatted(
            Quantities.bytes(memory.most().peak()),
            Quantities.bytes(memory.capacity()),
            memory.fits() ? "fits" : "does not fit");
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("file", file);
    json.writeStringField("plan", plan);
    json.writeStringField("model", model);
    json.writeNumberField("parameters", parameters);
    json.writeNumberField("ranks", ranks);
    if (memory.isPresent()) {
      json.writeNumberField("peak_bytes", memory.get().most().peak());
      json.writeNumberField("device_bytes", memory.get().capacity());
      json.writeBooleanField("fits", memory.get().fits());
    }
    json.writeEndObject();
  }
}
