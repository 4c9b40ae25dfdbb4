package io.heddle.cli.search;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heddle.cli.output.Json;
import io.heddle.cli.output.Quantities;
import io.heddle.cli.output.Table;
import io.heddle.plan.serving.Goal;
import io.heddle.processor.model.ServeSearch;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prints which fleets a search found. */
public final class FleetSearchOutput {
  private static final int MOST_REASONS = 8;
  private static final double NANOS = 1e9;

  private final ServeSearch search;
  private final FleetSearch.Result result;

  /** Of a search. */
  public FleetSearchOutput(ServeSearch search, FleetSearch.Result result) {
    this.search = search;
    this.result = result;
  }

  private List<Goal> goals() {
    return search.serving().goals();
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "search %s of %s: %s%n%n"
            .formatted(search.name(), search.serving().name(), search.aimText()));
    text.append(result.best().isEmpty() ? "no fleet\n" : table());
    return text.append('\n').append(counts()).toString();
  }

  private String table() {
    Table table = new Table();
    List<String> head = new ArrayList<>(result.best().get(0).values().keySet());
    head.add("GPUs");
    goals().forEach(goal -> head.add(goal.name()));
    head.addAll(List.of("goodput/s", "tokens/s/GPU", "tokens/s/user", "end to end"));
    table.row(head);
    for (FoundFleet fleet : result.best()) {
      List<String> row =
          new ArrayList<>(fleet.values().values().stream().map(value -> "" + value).toList());
      row.add(Quantities.count(fleet.gpus()));
      fleet.reached().forEach(seconds -> row.add(time(seconds)));
      row.add(Quantities.rate(fleet.goodput()));
      row.add(Quantities.rate(fleet.outputRate() / fleet.gpus()));
      row.add(fleet.tpot() > 0 ? Quantities.rate(1 / fleet.tpot()) : "-");
      row.add(time(fleet.endToEnd()));
      table.row(row);
    }
    return table.text();
  }

  private static String time(double seconds) {
    return Double.isNaN(seconds) ? "-" : Quantities.time(seconds * NANOS);
  }

  private String counts() {
    SearchCounts counts = result.counts();
    StringBuilder text = new StringBuilder();
    text.append(
        ("%s: %,d are no fleets, %,d cannot reach a goal, %,d are excluded by their bound, %,d"
                + " simulated%n")
            .formatted(
                points(result.points()),
                counts.byStructure(),
                counts.byLimit(),
                counts.byBound(),
                counts.ofSimulated()));
    for (SearchCounts.Reason reason : counts.reasons(MOST_REASONS)) {
      text.append("  %s: %s%n".formatted(points(reason.points()), reason.text()));
    }
    return text.toString();
  }

  private static String points(long count) {
    return Quantities.count(count) + (count == 1 ? " point" : " points");
  }

  /** For programs. */
  public void print(PrintWriter out) {
    Json.print(out, this::write);
  }

  private void write(JsonGenerator json) throws IOException {
    SearchCounts counts = result.counts();
    json.writeStartObject();
    json.writeStringField("search", search.name());
    json.writeStringField("serve", search.serving().name());
    json.writeStringField("aim", search.aimText());
    json.writeNumberField("points", result.points());
    json.writeObjectFieldStart("excluded");
    json.writeNumberField("structure", counts.byStructure());
    json.writeNumberField("goal", counts.byLimit());
    json.writeNumberField("bound", counts.byBound());
    json.writeEndObject();
    json.writeNumberField("simulated", counts.ofSimulated());
    json.writeArrayFieldStart("reasons");
    for (SearchCounts.Reason reason : counts.reasons(Integer.MAX_VALUE)) {
      json.writeStartObject();
      json.writeStringField("reason", reason.text());
      json.writeNumberField("points", reason.points());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("best");
    for (FoundFleet fleet : result.best()) {
      fleet(json, fleet);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void fleet(JsonGenerator json, FoundFleet fleet) throws IOException {
    json.writeStartObject();
    json.writeNumberField("point", fleet.number());
    json.writeObjectFieldStart("values");
    for (Map.Entry<String, Integer> value : fleet.values().entrySet()) {
      json.writeNumberField(value.getKey(), value.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("devices", fleet.gpus());
    json.writeArrayFieldStart("goals");
    for (int i = 0; i < goals().size(); i++) {
      Goal goal = goals().get(i);
      json.writeStartObject();
      json.writeStringField("metric", goal.metric().word());
      json.writeStringField("share", goal.share().word());
      Json.plain(json, "limit_seconds", goal.seconds());
      Json.plain(json, "seconds", fleet.reached().get(i));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanField("answered", fleet.answered());
    Json.plain(json, "goodput", fleet.goodput());
    Json.plain(json, "output_tokens_per_second", fleet.outputRate());
    Json.plain(json, "output_tokens_per_second_per_device", fleet.outputRate() / fleet.gpus());
    Json.plain(json, "median_tpot_seconds", fleet.tpot());
    Json.plain(json, "mean_end_to_end_seconds", fleet.endToEnd());
    json.writeEndObject();
  }
}
